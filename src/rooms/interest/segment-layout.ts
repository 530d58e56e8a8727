// The bytes of one flush in one cadence: of each class the cells, row by row, then what is seen everywhere.
//
//   class 0: [cell][cell][cell] … [everywhere]   class 1: [cell][cell] … [everywhere]   …   [nowhere, for their teams]
//
//   starts   where the n-th cell of a class begins; two more at the end, for what is seen everywhere and where that ends
//   loads    the same of the bytes that are to be expected of it on average, as a running sum

export interface ClassLayout {
  starts: Uint32Array;
  loads: Float64Array;
}

export class SegmentLayout {
  bytes = new Uint8Array(16 * 1024);
  /** The same memory, to be read in words. */
  words = new DataView(this.bytes.buffer);
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
    if (bytes <= this.bytes.length) return;
    this.bytes = new Uint8Array(2 * bytes);
    this.words = new DataView(this.bytes.buffer);
  }

  /** Makes room for the parts of a class. */
  holdParts(itemClass: number, parts: number): void {
    const known = this.#classes[itemClass];
    if (known !== undefined && known.starts.length >= parts) return;
    const [starts, loads] = [new Uint32Array(2 * parts), new Float64Array(2 * parts)];
    this.#classes[itemClass] = { starts, loads };
  }

  /** Begins the n-th part of a class. */
  mark(itemClass: number, part: number): void {
    const { starts, loads } = this.classAt(itemClass);
    starts[part] = this.length;
    loads[part] = this.load;
  }

  /** Of a class whose parts have been laid out. */
  classAt(itemClass: number): ClassLayout {
    return this.#classes[itemClass] as ClassLayout;
  }

  copyFrom(source: Uint8Array, from: number, to: number): void {
    const target = this.bytes;
    let at = this.length;
    // Few bytes: a call for each copy would take longer.
    for (let byte = from; byte < to; byte++) target[at++] = source[byte] as number;
    this.length = at;
  }
}
