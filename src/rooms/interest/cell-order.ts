// The cells of a grid by row, then by column, kept sorted as they come and go: mostly one at a time, and seldom.
//
//   keys    (row, column) as one number, ascending
//   cells   the cell of the key in the same place
//
// What is known of the order is good for as long as `version` is the same.

export class CellOrder {
  #keys = new Float64Array(64);
  #cells = new Int32Array(64);
  #size = 0;
  #version = 0;

  get size(): number {
    return this.#size;
  }

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  keyAt(place: number): number {
    return this.#keys[place] as number;
  }

  cellAt(place: number): number {
    return this.#cells[place] as number;
  }

  /** First place whose key is not less; `size` when all are. */
  firstNotBefore(key: number): number {
    const keys = this.#keys;
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param key - that no cell has yet */
  add(key: number, cell: number): void {
    if (this.#size === this.#cells.length) this.#grow();
    const place = this.firstNotBefore(key);
    this.#keys.copyWithin(place + 1, place, this.#size);
    this.#cells.copyWithin(place + 1, place, this.#size);
    this.#keys[place] = key;
    this.#cells[place] = cell;
    this.#size++;
    this.#version++;
  }

  keepOnly(isKept: (cell: number) => boolean): void {
    let kept = 0;
    for (let place = 0; place < this.#size; place++) {
      const cell = this.cellAt(place);
      if (!isKept(cell)) continue;
      this.#keys[kept] = this.#keys[place] as number;
      this.#cells[kept] = cell;
      kept++;
    }
    this.#size = kept;
    this.#version++;
  }

  #grow(): void {
    const keys = new Float64Array(2 * this.#size);
    const cells = new Int32Array(2 * this.#size);
    keys.set(this.#keys);
    cells.set(this.#cells);
    this.#keys = keys;
    this.#cells = cells;
  }
}
