import type { ChangeTree } from '@colyseus/schema';
import { resized } from './cell-grid.ts';
import { CADENCES, CROWD, flushesOf } from './pace.ts';

// What has changed in each item since it was last told of, in each cadence, as bits of its fields. An item has its turn in a cadence
// of n flushes with every n-th of them. Where it has one, it has one in each faster cadence too, and what is told there is all
// that was gathered for the slowest of them:
//
//   flush              0  1  2  3  4  5  6  7  8       an item whose turn in the cadence of 4 is at 0, 4, 8
//   has changed        x              hp
//   cadence of 1       x              hp       hp      the second time for who was in the cadence of 4 at flush 5
//   cadence of 4       x                       hp
//
// So nobody misses anything who goes from one cadence to another between two turns, and nobody needs a history of his own. Slow
// cadences that nobody is in are not kept: mostly that is all but the first, and nothing is told twice.

/** Least of the crowd's cadence, in flushes. */
export const LEAST_CROWD_FLUSHES = 16;

export class PendingFields {
  #masks = new Int32Array(64 * CADENCES);
  readonly #trees: (ChangeTree | undefined)[] = [];
  #limit = 0;
  #flush = 0;
  #slowest = 0;
  /** Flushes without anybody in the slowest cadence, and the slowest in which somebody was meanwhile. */
  #idleFlushes = 0;
  #slowestMeanwhile = 0;
  /** The crowd's cadence, in flushes. To be changed seldom: whose turn is when is another matter then. */
  crowdFlushes = LEAST_CROWD_FLUSHES;

  /** The slowest cadence that is kept. */
  get slowest(): number {
    return this.#slowest;
  }

  /** Begins a flush. @param limit - one above the largest item */
  open(limit: number): void {
    this.#flush++;
    this.#limit = limit;
    if (limit * CADENCES <= this.#masks.length) return;
    this.#masks = resized(this.#masks, 2 * limit * CADENCES);
  }

  /** The slowest cadence in which an item has its turn in this flush. */
  turnOf(item: number): number {
    if (this.#slowest === 0) return 0;
    // Spread, as items that follow each other are often alike.
    const at = this.#flush + (Math.imul(item, 0x9e3779b1) >>> 16);
    if (this.#slowest === CROWD && at % this.crowdFlushes === 0) return CROWD;
    const turn = at & 1 ? 0 : at & 2 ? 1 : at & 4 ? 2 : 3;
    return Math.min(turn, this.#slowest);
  }

  /** @param mask - of what has changed since the last flush */
  add(item: number, tree: ChangeTree, mask: number): void {
    if (this.#trees[item] !== tree) {
      this.clear(item);
      this.#trees[item] = tree;
    }
    const masks = this.#masks;
    const from = item * CADENCES;
    for (let i = from; i <= from + this.#slowest; i++) masks[i] = (masks[i] as number) | mask;
  }

  /** What has changed since the last turn in this cadence. */
  at(item: number, cadence: number): number {
    return this.#masks[item * CADENCES + cadence] as number;
  }

  /** All that somebody may not know. */
  allOf(item: number): number {
    return this.at(item, this.#slowest);
  }

  /** Whether there is something that somebody may not know; forgets what was of an entity that is gone. */
  has(item: number, tree: ChangeTree | undefined): boolean {
    if (this.allOf(item) === 0) return false;
    if (this.#trees[item] === tree && tree !== undefined) return true;
    this.clear(item);
    return false;
  }

  clear(item: number): void {
    this.#told(item, CROWD);
  }

  /**
   * Ends a flush.
   *
   * @param told - items that were told of, each in the cadences of its turn
   * @param used - the slowest cadence in which somebody was told
   */
  close(told: Int32Array, used: number): void {
    // Who is in a slower cadence than anybody before has not been told of what this flush had for the faster ones.
    for (let cadence = this.#slowest + 1; cadence <= used; cadence++) this.#begin(cadence);
    for (const item of told) this.#told(item, this.turnOf(item));
    this.#follow(used);
  }

  #begin(cadence: number): void {
    const masks = this.#masks;
    for (let item = 0; item < this.#limit; item++) {
      masks[item * CADENCES + cadence] = masks[item * CADENCES + cadence - 1] as number;
    }
  }

  #follow(used: number): void {
    if (used >= this.#slowest) {
      this.#slowest = used;
      this.#idleFlushes = 0;
      this.#slowestMeanwhile = 0;
      return;
    }
    this.#slowestMeanwhile = Math.max(this.#slowestMeanwhile, used);
    // By then all have been told of what they missed while they were there.
    if (++this.#idleFlushes <= 2 * flushesOf(this.#slowest, this.crowdFlushes)) return;
    for (let item = 0; item < this.#limit; item++) {
      const from = item * CADENCES;
      this.#masks.fill(0, from + this.#slowestMeanwhile + 1, from + CADENCES);
    }
    this.#slowest = this.#slowestMeanwhile;
    this.#idleFlushes = 0;
    this.#slowestMeanwhile = 0;
  }

  /** It has had its turn in this cadence, and in all that are faster. */
  #told(item: number, turn: number): void {
    const from = item * CADENCES;
    for (let i = from; i <= from + turn; i++) this.#masks[i] = 0;
  }
}
