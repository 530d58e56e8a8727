import { nextNearest } from './nearest.ts';
import { candidatesOf } from './rule-set.ts';
import { NeighbourWalk, type SortedSlots } from './sorted-slots.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

/**
 * The tickets that a match around one of them (the seed, number 0) is made from: those nearest to it in skill that may play in a
 * region. They are numbered, their columns lie side by side, and a set of them is a bit mask. One object serves many searches
 * without new memory.
 */
export class Candidates {
  readonly #waiting: WaitingTickets;
  readonly #walk = new NeighbourWalk();
  /** With the seed. */
  readonly #most: number;
  readonly slots: Int32Array;
  readonly sizes: Uint8Array;
  readonly mus: Float64Array;
  readonly latenciesMs: Float64Array;
  /** Of each, the others it may not meet. */
  readonly conflicts: Int32Array;
  /** With the seed. */
  count = 0;
  region = 0;
  /** Rating points from the seed within which a newcomer would be one of them. */
  reach = 0;

  constructor(waiting: WaitingTickets) {
    this.#waiting = waiting;
    this.#most = candidatesOf(waiting.ruleSet) + 1;
    this.slots = new Int32Array(this.#most);
    this.sizes = new Uint8Array(this.#most);
    this.mus = new Float64Array(this.#most);
    this.latenciesMs = new Float64Array(this.#most);
    this.conflicts = new Int32Array(this.#most);
  }

  /**
   * @param distance - rating points that a candidate may be from the seed
   * @param partnerDistance - the same for those that may be in a match with it; the others are there to be matched with each other
   */
  collect(seed: number, region: number, distance: number, partnerDistance = distance): void {
    const { table, lists } = this.#waiting;
    this.count = 0;
    this.region = region;
    this.#push(seed);
    const around = table.mu[seed] as number;
    const reach = { mu: table.mu, around, distance };
    (lists[region] as SortedSlots).walkAround(seed, this.#walk);
    this.reach = distance;
    while (this.count < this.#most) {
      const slot = nextNearest(this.#walk, reach);
      if (slot < 0) return;
      if (table.isConflict(seed, slot)) continue;
      this.#push(slot);
      const away = Math.abs((table.mu[slot] as number) - around);
      if (away > partnerDistance) this.#separate(0, this.count - 1);
      if (this.count === this.#most) this.reach = away;
    }
  }

  #push(slot: number): void {
    const { table } = this.#waiting;
    const at = this.count;
    this.slots[at] = slot;
    this.sizes[at] = table.size[slot] as number;
    this.mus[at] = table.mu[slot] as number;
    this.latenciesMs[at] = table.latencyTo(slot, this.region);
    this.conflicts[at] = 0;
    for (let other = 1; other < at; other += 1) {
      if (table.isConflict(slot, this.slots[other] as number)) this.#separate(at, other);
    }
    this.count = at + 1;
  }

  #separate(a: number, b: number): void {
    this.conflicts[a] = (this.conflicts[a] as number) | (1 << b);
    this.conflicts[b] = (this.conflicts[b] as number) | (1 << a);
  }
}
