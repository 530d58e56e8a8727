import { resized } from './cell-grid.ts';

const NO_BITS: readonly number[] = [];

/** For each item, which viewers see it: bit n is viewer n, as on the trees of Colyseus, where n is the id of a view. */
export class ViewerBits {
  #bits = new Int32Array(64);
  #items = 64;
  #words = 1;

  /** Numbers in the bitmap of an item. */
  get words(): number {
    return this.#words;
  }

  holdItem(item: number): void {
    if (item < this.#items) return;
    this.#items = Math.max(2 * this.#items, item + 1);
    this.#bits = resized(this.#bits, this.#items * this.#words);
  }

  holdViewer(viewer: number): void {
    const needed = (viewer >> 5) + 1;
    if (needed <= this.#words) return;
    const before = this.#words;
    const words = Math.max(needed, 2 * before);
    const bits = new Int32Array(this.#items * words);
    for (let item = 0; item < this.#items; item++) {
      bits.set(this.#bits.subarray(item * before, (item + 1) * before), item * words);
    }
    this.#bits = bits;
    this.#words = words;
  }

  has(item: number, viewer: number): boolean {
    return (this.word(item, viewer >> 5) & (1 << (viewer & 31))) !== 0;
  }

  set(item: number, viewer: number): void {
    const at = item * this.#words + (viewer >> 5);
    this.#bits[at] = (this.#bits[at] as number) | (1 << (viewer & 31));
  }

  clear(item: number, viewer: number): void {
    const at = item * this.#words + (viewer >> 5);
    this.#bits[at] = (this.#bits[at] as number) & ~(1 << (viewer & 31));
  }

  clearItem(item: number): void {
    this.#bits.fill(0, item * this.#words, (item + 1) * this.#words);
  }

  word(item: number, word: number): number {
    return word < this.#words ? (this.#bits[item * this.#words + word] as number) : 0;
  }

  /**
   * Whether another bitmap says the same of these viewers.
   *
   * @param mask - the viewers that count
   */
  isEqual(item: number, bitmap: readonly number[] = NO_BITS, mask: readonly number[]): boolean {
    const bits = this.#bits;
    const from = item * this.#words;
    for (let word = 0; word < mask.length; word++) {
      const own = word < this.#words ? (bits[from + word] as number) : 0;
      const other = word < bitmap.length ? (bitmap[word] as number) : 0;
      if (((own ^ other) & (mask[word] as number)) !== 0) return false;
    }
    return true;
  }

  isEmpty(item: number): boolean {
    for (let word = 0; word < this.#words; word++) if (this.word(item, word) !== 0) return false;
    return true;
  }

  /** Calls for each viewer of an item; the bits may change meanwhile. */
  forEach(item: number, call: (viewer: number) => void): void {
    for (let word = 0; word < this.#words; word++) {
      let bits = this.word(item, word);
      while (bits !== 0) {
        const bit = bits & -bits;
        bits ^= bit;
        call(word * 32 + (31 - Math.clz32(bit)));
      }
    }
  }
}
