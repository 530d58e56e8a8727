const KEPT = 9;

/** How often patches leave the room: the median of the last gaps between them, so that one that was skipped changes nothing. */
export class PatchInterval {
  readonly #gaps: number[] = [];
  #next = 0;
  #assumedMs: number;

  /** @param assumedMs - until three gaps were seen */
  constructor(assumedMs: number) {
    this.#assumedMs = assumedMs;
  }

  get valueMs(): number {
    return this.#assumedMs;
  }

  add(gapMs: number): void {
    this.#gaps[this.#next] = gapMs;
    this.#next = (this.#next + 1) % KEPT;
    if (this.#gaps.length < 3) return;
    const sorted = this.#gaps.toSorted((a, b) => a - b);
    this.#assumedMs = sorted[sorted.length >> 1] as number;
  }
}
