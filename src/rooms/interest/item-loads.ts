import { CADENCES, EVERY_FLUSH, flushesOf } from './pace.ts';

/** A load is an average over about so many flushes. */
const MEMORY_FLUSHES = 32;

/** What each item costs in each cadence: bytes per flush, on average over the last second or two. */
export class ItemLoads {
  #loads = new Float32Array(64 * CADENCES);

  hold(limit: number): void {
    if (limit * CADENCES <= this.#loads.length) return;
    const larger = new Float32Array(2 * limit * CADENCES);
    larger.set(this.#loads);
    this.#loads = larger;
  }

  at(item: number, cadence: number): number {
    return this.#loads[item * CADENCES + cadence] as number;
  }

  /** Begins a cadence in which nobody was: by what there is in each flush. */
  begin(cadence: number, limit: number, crowdFlushes: number): void {
    const flushes = flushesOf(cadence, crowdFlushes);
    for (let item = 0; item < limit; item++) {
      this.#loads[item * CADENCES + cadence] = this.at(item, EVERY_FLUSH) / flushes;
    }
  }

  /**
   * Takes the bytes of one flush into account.
   *
   * @param turn - slowest cadence in which the item had its turn
   * @param crowdFlushes - the crowd's cadence
   */
  observe(item: number, turn: number, bytes: number, crowdFlushes: number): void {
    const loads = this.#loads;
    const from = item * CADENCES;
    // What is new is taken for what it will be.
    const isNew = bytes > 0 && loads[from] === 0;
    for (let cadence = 0; cadence <= turn; cadence++) {
      const flushes = flushesOf(cadence, crowdFlushes);
      const share = isNew ? 1 : Math.min(1, flushes / MEMORY_FLUSHES);
      const load = loads[from + cadence] as number;
      loads[from + cadence] = load + (bytes / flushes - load) * share;
    }
  }
}
