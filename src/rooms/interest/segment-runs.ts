/** Numbers of one run: its source, where it begins and ends. */
const RUN = 3;

/** What is to be copied, in order, from a few buffers. */
export class SegmentRuns {
  #sources: readonly DataView[] = [];
  readonly #bounds: number[] = [];
  #count = 0;
  byteLength = 0;
  /** Of pace.ts, at which these are. */
  step = 0;

  begin(sources: readonly DataView[]): void {
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

  /**
   * Eight bytes at a time, which V8 compiles to a load and a store; a call for each run, as they are short, would take three times as
   * long.
   *
   * @returns where they end
   */
  copyTo(words: DataView, offset: number): number {
    let at = offset;
    for (let i = 0; i < this.#count; i += RUN) {
      const source = this.#sources[this.#bounds[i] as number] as DataView;
      let from = this.#bounds[i + 1] as number;
      const to = this.#bounds[i + 2] as number;
      for (const last = to - 8; from <= last; from += 8, at += 8) {
        words.setBigInt64(at, source.getBigInt64(from, true), true);
      }
      if (from <= to - 4) {
        words.setInt32(at, source.getInt32(from, true), true);
        from += 4;
        at += 4;
      }
      for (; from < to; from++, at++) words.setUint8(at, source.getUint8(from));
    }
    return at;
  }
}
