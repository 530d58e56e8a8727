/** Runs up to here are copied byte by byte, which beats a call for each. */
const SHORT_RUN = 96;

/** Numbers of one run: its source, where it begins and ends. */
const RUN = 3;

/** What is to be copied, in order, from a few buffers. */
export class SegmentRuns {
  #sources: readonly Uint8Array[] = [];
  readonly #bounds: number[] = [];
  #count = 0;
  byteLength = 0;
  /** Of pace.ts, at which these are. */
  step = 0;

  begin(sources: readonly Uint8Array[]): void {
    this.#sources = sources;
    this.#count = 0;
    this.byteLength = 0;
  }

  /** @param source - its number */
  add(source: number, from: number, to: number): void {
    if (from === to) return;
    const bounds = this.#bounds;
    const last = this.#count - RUN;
    this.byteLength += to - from;
    // Cells that follow each other are one run.
    if (last >= 0 && bounds[last] === source && bounds[last + 2] === from) {
      bounds[last + 2] = to;
      return;
    }
    bounds[this.#count++] = source;
    bounds[this.#count++] = from;
    bounds[this.#count++] = to;
  }

  /** @returns where they end */
  copyTo(target: Uint8Array, offset: number): number {
    let at = offset;
    for (let i = 0; i < this.#count; i += RUN) {
      const source = this.#sources[this.#bounds[i] as number] as Uint8Array;
      const from = this.#bounds[i + 1] as number;
      const to = this.#bounds[i + 2] as number;
      if (to - from > SHORT_RUN) {
        target.set(source.subarray(from, to), at);
        at += to - from;
      } else {
        for (let byte = from; byte < to; byte++) target[at++] = source[byte] as number;
      }
    }
    return at;
  }
}
