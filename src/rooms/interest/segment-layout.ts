// The bytes of one flush in one cadence: of each class the cells, row by row, then what is seen everywhere.
//
//   class 0: [cell][cell][cell] … [everywhere]   class 1: [cell][cell] … [everywhere]   …   [nowhere, for their teams]
//
//   starts   where the n-th cell of a class begins; two more at the end, for what is seen everywhere and where that ends
//   loads    the same of the bytes that are to be expected of it on average, as a running sum

interface ClassLayout {
  starts: Uint32Array;
  loads: Float64Array;
}

export class SegmentLayout {
  bytes = new Uint8Array(16 * 1024);
  length = 0;
  /** Of all that has been laid out, in bytes per flush. */
  load = 0;
  readonly #classes: ClassLayout[] = [];

  clear(): void {
    this.length = 0;
    this.load = 0;
  }

  /** Makes room for this many bytes, before any are laid out. */
  hold(bytes: number): void {
    if (bytes > this.bytes.length) this.bytes = new Uint8Array(2 * bytes);
  }

  /** Begins the n-th part of a class. @param parts - there will be */
  mark(itemClass: number, part: number, parts: number): void {
    let layout = this.#classes[itemClass];
    if (layout === undefined || layout.starts.length < parts) {
      const starts = new Uint32Array(2 * parts);
      const loads = new Float64Array(2 * parts);
      if (layout !== undefined) {
        starts.set(layout.starts);
        loads.set(layout.loads);
      }
      layout = { starts, loads };
      this.#classes[itemClass] = layout;
    }
    layout.starts[part] = this.length;
    layout.loads[part] = this.load;
  }

  startOf(itemClass: number, part: number): number {
    return (this.#classes[itemClass] as ClassLayout).starts[part] as number;
  }

  /** Bytes per flush that the parts from one to another are expected to have. */
  loadBetween(itemClass: number, from: number, to: number): number {
    const { loads } = this.#classes[itemClass] as ClassLayout;
    return (loads[to] as number) - (loads[from] as number);
  }

  copyFrom(source: Uint8Array, from: number, to: number): void {
    const target = this.bytes;
    let at = this.length;
    // Few bytes: a call for each copy would take longer.
    for (let byte = from; byte < to; byte++) target[at++] = source[byte] as number;
    this.length = at;
  }
}
