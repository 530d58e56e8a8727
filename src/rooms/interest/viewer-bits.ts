import { resized } from './cell-grid.ts';

const NO_BITS: readonly number[] = [];

/** For each item, which viewers see it: bit n is viewer n, as on the trees of Colyseus, where n is the id of a view. */
export class ViewerBits {
  #bits = new Int32Array(64);
  /** Of items: viewers who see it. */
  #counts = new Int32Array(64);
  /** Of items: another bitmap that says the same. */
  readonly #equals: (readonly number[] | undefined)[] = [];
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
    this.#counts = resized(this.#counts, this.#items);
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
    if (this.has(item, viewer)) return;
    const at = item * this.#words + (viewer >> 5);
    this.#bits[at] = (this.#bits[at] as number) | (1 << (viewer & 31));
    this.#counts[item] = (this.#counts[item] as number) + 1;
  }

  clear(item: number, viewer: number): void {
    if (!this.has(item, viewer)) return;
    const at = item * this.#words + (viewer >> 5);
    this.#bits[at] = (this.#bits[at] as number) & ~(1 << (viewer & 31));
    this.#counts[item] = (this.#counts[item] as number) - 1;
  }

  clearItem(item: number): void {
    this.doubt(item);
    this.#counts[item] = 0;
    this.#bits.fill(0, item * this.#words, (item + 1) * this.#words);
  }

  word(item: number, word: number): number {
    return word < this.#words ? (this.#bits[item * this.#words + word] as number) : 0;
  }

  /**
   * Whether another bitmap says the same of these viewers. Once it does, it is taken to go on so until it is doubted: to read all
   * bitmaps with each flush takes a tenth of it.
   *
   * @param bitmap - of a tree; whoever writes to it in another way than the item's is written to says so by `doubt`
   * @param mask - the viewers that count; where it changes, all is to be doubted
   */
  isEqual(item: number, bitmap: readonly number[] = NO_BITS, mask: readonly number[]): boolean {
    if (this.#equals[item] === bitmap) return true;
    const isEqual = this.#compare(item, bitmap, mask);
    if (isEqual) this.#equals[item] = bitmap;
    return isEqual;
  }

  /** Somebody has written to the bitmap that was equal to an item's. */
  doubt(item: number): void {
    this.#equals[item] = undefined;
  }

  doubtAll(): void {
    this.#equals.length = 0;
  }

  #compare(item: number, bitmap: readonly number[], mask: readonly number[]): boolean {
    const bits = this.#bits;
    const from = item * this.#words;
    const words = Math.min(mask.length, this.#words);
    const both = Math.min(words, bitmap.length);
    let word = 0;
    for (; word < both; word++) {
      const differing = (bits[from + word] as number) ^ (bitmap[word] as number);
      if ((differing & (mask[word] as number)) !== 0) return false;
    }
    for (; word < words; word++) {
      if (((bits[from + word] as number) & (mask[word] as number)) !== 0) return false;
    }
    for (; word < mask.length && word < bitmap.length; word++) {
      if (((bitmap[word] as number) & (mask[word] as number)) !== 0) return false;
    }
    return true;
  }

  isEmpty(item: number): boolean {
    return this.#counts[item] === 0;
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
