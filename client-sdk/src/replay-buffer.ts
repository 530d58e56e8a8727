export interface ReplayLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/**
 * The newest things sent to a room, numbered since the join: entry n is the n-th that was ever sent, over all connections.
 *
 * The room counts what it processed in the same way. After an outage `takeAfter(itsCount)` is what it has not seen; sent
 * and pushed again, both sides count alike from there, also when older entries were already forgotten.
 */
export class ReplayBuffer<Entry> {
  readonly #limits: ReplayLimits;
  #entries: { readonly entry: Entry; readonly sizeBytes: number }[] = [];
  #sizeBytes = 0;
  #lastNumber = 0;

  constructor(limits: ReplayLimits) {
    this.#limits = limits;
  }

  /** Number of the newest entry; 0 before the first. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  push(entry: Entry, sizeBytes = 0): void {
    this.#entries.push({ entry, sizeBytes });
    this.#sizeBytes += sizeBytes;
    this.#lastNumber += 1;
    const { maxEntries, maxBytes } = this.#limits;
    while (
      this.#entries.length > maxEntries ||
      // The newest is kept, however large.
      (this.#sizeBytes > maxBytes && this.#entries.length > 1)
    ) {
      this.#sizeBytes -= this.#entries.shift()?.sizeBytes ?? 0;
    }
  }

  /**
   * Empties the buffer; the next entry gets `number + 1`.
   *
   * @returns the entries with a greater number, oldest first
   */
  takeAfter(number: number): Entry[] {
    const missing = Math.max(0, this.#lastNumber - number);
    const taken = missing === 0 ? [] : this.#entries.slice(-missing);
    this.#entries = [];
    this.#sizeBytes = 0;
    this.#lastNumber = number;
    return taken.map(({ entry }) => entry);
  }
}
