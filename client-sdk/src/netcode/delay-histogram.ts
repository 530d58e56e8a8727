/** Width of a bin, ms; the last bin takes what is later still. */
const BIN_MS = 5;
const BINS = 120;
/** One entry for the latest patch of so long: under loss patches come in bursts, and only the first of one was late. */
const RESAMPLE_MS = 500;
/** What an entry keeps of its weight at each new one: half of it is gone after 20 s. */
const FORGET = 0.983;

/**
 * How late patches are, as WebRTC's NetEQ keeps it (`delay_manager.h`, `histogram.cc`): a histogram that forgets, of the latest
 * arrival in each half second. Mean and deviation say too little here: TCP delivers most patches at once and a few 300 ms late.
 */
export class DelayHistogram {
  readonly #weights = new Float64Array(BINS);
  #latestMs = 0;
  #sinceMs: number | null = null;
  #count = 0;

  /** Whether it can say anything yet. */
  get hasEntries(): boolean {
    return this.#count > 0;
  }

  /** @param arrivedAtMs - monotonic @param latenessMs - behind the fastest patch of late */
  add(arrivedAtMs: number, latenessMs: number): void {
    this.#sinceMs ??= arrivedAtMs;
    this.#latestMs = Math.max(this.#latestMs, latenessMs);
    if (arrivedAtMs - this.#sinceMs < RESAMPLE_MS) return;
    this.#enter(Math.min(BINS - 1, Math.floor(this.#latestMs / BIN_MS)));
    this.#sinceMs = arrivedAtMs;
    this.#latestMs = 0;
  }

  /** @returns the lateness that this share of the half seconds stays below, ms; 0 without entries */
  quantile(share: number): number {
    let sum = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      sum += this.#weights[bin] as number;
      // Weights add up to one, but for rounding.
      if (sum >= share - 1e-9 && this.#count > 0) return (bin + 1) * BIN_MS;
    }
    return this.#count === 0 ? 0 : BINS * BIN_MS;
  }

  /** What has not been entered yet is forgotten: it was measured while nobody should have. */
  skip(): void {
    this.#sinceMs = null;
    this.#latestMs = 0;
  }

  #enter(bin: number): void {
    this.#count += 1;
    // At first each entry weighs the same: an old one must not stand for a past that was not measured.
    const forget = Math.min(FORGET, 1 - 1 / this.#count);
    for (let i = 0; i < BINS; i += 1) this.#weights[i] = (this.#weights[i] as number) * forget;
    this.#weights[bin] = (this.#weights[bin] as number) + (1 - forget);
  }
}
