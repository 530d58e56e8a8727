import { type Acceptance, acceptanceOf, acceptedAtWaitMs, acceptedCost } from './acceptance.ts';
import { type FoundGroup, GroupSearch } from './group-search.ts';
import type { MatchHooks } from './match.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

/** What a search for a ticket came to. */
export interface Finding {
  /** null: there is no match for it, at any price. */
  readonly best: FoundGroup | null;
  /** Its cost with what the game's own code adds; `Infinity` without a match. */
  readonly price: number;
  /** What is accepted by now. */
  readonly acceptedCost: number;
  /** Wait of its oldest ticket at which the price is accepted, ms; `Infinity`: never. */
  readonly acceptedAtWaitMs: number;
  /** When its oldest ticket came, wall clock, ms. */
  readonly oldestAtMs: number;
  /** Of each region that was tried, by rank: rating points within which a newcomer would have been a candidate. */
  readonly reaches: readonly number[];
}

/** Finds the best match for a ticket, in the regions and at the price that its wait allows. Changes nothing. */
export class MatchFinder {
  readonly #waiting: WaitingTickets;
  readonly #search: GroupSearch;
  readonly #acceptance: Acceptance;
  readonly #hooks: MatchHooks;

  constructor(waiting: WaitingTickets, hooks: MatchHooks) {
    this.#waiting = waiting;
    this.#search = new GroupSearch(waiting);
    this.#acceptance = acceptanceOf(waiting.ruleSet.quality);
    this.#hooks = hooks;
  }

  find(slot: number, nowMs: number): Finding {
    const { table } = this.#waiting;
    const ranks = this.#waiting.regionsTried(slot, nowMs);
    const distance = this.#waiting.skillDistance(slot, nowMs);
    const reaches: number[] = [];
    let best: Priced = NOTHING;
    for (let rank = 0; rank < ranks; rank += 1) {
      const group = this.#search.find(slot, table.regionAt(slot, rank), distance);
      reaches.push(this.#search.reach);
      const price = this.#priceOf(group);
      if (price < best.price || best.group === null) best = { group, price, rank };
    }
    const finding = this.#judge(slot, best, { nowMs, reaches });
    if (best.group === null || finding.price > finding.acceptedCost) return finding;
    // It would be made: a second thought for those it leaves behind.
    const group = this.#search.findConsiderate(slot, best.group.region, distance);
    if (group === null) return finding;
    reaches[best.rank] = this.#search.reach;
    return this.#judge(slot, { ...best, group, price: this.#priceOf(group) }, { nowMs, reaches });
  }

  /** Whether so dear a match of tickets that have waited since then is accepted by now. */
  isAccepted(cost: number, oldestAtMs: number, nowMs: number): boolean {
    return cost <= acceptedCost(this.#acceptance, Math.max(0, nowMs - oldestAtMs));
  }

  #judge(
    slot: number,
    { group, price }: Priced,
    { nowMs, reaches }: { readonly nowMs: number; readonly reaches: readonly number[] },
  ): Finding {
    const oldestAtMs = this.#waiting.oldestAtMs(group?.slots ?? [slot]);
    return {
      best: group,
      price,
      acceptedCost: acceptedCost(this.#acceptance, Math.max(0, nowMs - oldestAtMs)),
      acceptedAtWaitMs: acceptedAtWaitMs(this.#acceptance, price),
      oldestAtMs,
      reaches,
    };
  }

  /** What the match costs with what the game's own code adds. */
  #priceOf(group: FoundGroup | null): number {
    if (group === null) return Number.POSITIVE_INFINITY;
    if (this.#hooks.adjustCost === undefined) return group.cost;
    const { table } = this.#waiting;
    const added = this.#hooks.adjustCost({
      tickets: group.slots.map((slot) => table.ticketAt(slot)),
      regionId: table.regionIds[group.region] as string,
      cost: group.cost,
    });
    // A hook that fails to answer with a number must not make matches that nobody wanted.
    return Number.isNaN(added) ? Number.POSITIVE_INFINITY : group.cost + added;
  }
}

interface Priced {
  readonly group: FoundGroup | null;
  readonly price: number;
  readonly rank: number;
}

const NOTHING: Priced = { group: null, price: Number.POSITIVE_INFINITY, rank: 0 };
