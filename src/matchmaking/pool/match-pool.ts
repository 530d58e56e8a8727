import { systemClock } from '../../shared/clock.ts';
import { type Added, refuseBackfill, refuseTicket } from './admission.ts';
import type { BackfillRequest } from './backfill-request.ts';
import { BackfillSearch } from './backfill-search.ts';
import { buildBackfill, buildMatch } from './build-match.ts';
import { nextStepMs } from './expansion.ts';
import { explainTicket } from './explain-ticket.ts';
import type { Explanation } from './explanation.ts';
import type { FoundGroup } from './group-search.ts';
import type { MatchHooks, PoolMatch } from './match.ts';
import { MatchFinder } from './match-finder.ts';
import type { RuleSet } from './rule-set.ts';
import { type Ticket, waitedMs } from './ticket.ts';
import { WaitingTickets } from './waiting-tickets.ts';

// One pass (docs/adr/0006-matching.md):
//
//   open      regions that have come within a ticket's cap by now
//   backfill  rooms that have lacked players for long
//   match     each ticket, the oldest first, proposes the best match around it if its cost is accepted by now; the cheapest
//             of a round of proposals is made first
//   backfill  the other rooms, from who is left
//
// A ticket whose surroundings are as they were is not searched for again before its wait accepts what was found.

/**
 * A tenth of what an event loop may be blocked for: one search more may follow, a collection of garbage, and on a core that is shared
 * whoever takes it meanwhile. A turn of the loop costs a hundredth of it (measured: 4 ms and 2 ms take the same CPU for 100 000 tickets).
 */
const SLICE_MS = 2;
/** Regions are numbered in bytes. */
const MOST_REGIONS = 255;
/** Tickets passed over between two looks at the clock; each takes less than a microsecond. */
const LOOK_EVERY = 256;
/** Proposals that are settled together. More: better bargains in small queues, longer first slices in large ones. */
const ROUND = 256;
/** To wake a moment early costs a search, to wake late a second of somebody's time. */
const WAKE_EARLY_MS = 1;

export class MatchPool {
  readonly #ruleSet: RuleSet;
  readonly #waiting: WaitingTickets;
  readonly #finder: MatchFinder;
  readonly #backfillSearch: BackfillSearch;
  readonly #backfills = new Map<string, BackfillRequest>();
  readonly #monotonicMs: () => number;
  #searches = 0;

  /** @throws {RangeError} for no regions, too many, or one named twice */
  constructor(options: {
    readonly ruleSet: RuleSet;
    /** Regions that matches may run in, 1 to 255. */
    readonly regionIds: readonly string[];
    readonly hooks?: MatchHooks;
    /** Measures slices. */
    readonly monotonicMs?: () => number;
  }) {
    assertRegions(options.regionIds);
    this.#ruleSet = options.ruleSet;
    this.#waiting = new WaitingTickets(options.ruleSet, options.regionIds);
    this.#finder = new MatchFinder(this.#waiting, options.hooks ?? {});
    this.#backfillSearch = new BackfillSearch(this.#waiting);
    this.#monotonicMs = options.monotonicMs ?? systemClock.monotonicMs;
  }

  /** Tickets that wait; rooms that lack players are not counted. */
  get size(): number {
    return this.#waiting.table.count;
  }

  get backfillSize(): number {
    return this.#backfills.size;
  }

  /** Tickets that were searched for since the pool was made; those passed over are not counted. */
  get searches(): number {
    return this.#searches;
  }

  has(ticketId: string): boolean {
    return this.#waiting.table.slotOf(ticketId) !== undefined;
  }

  /** The oldest first. The pool must not be changed meanwhile. */
  *tickets(): Generator<Ticket, void, undefined> {
    for (const slot of this.#waiting.byAge) yield this.#waiting.table.ticketAt(slot);
  }

  add(ticket: Ticket): Added {
    const refusal = refuseTicket(ticket, this.#waiting);
    if (refusal !== null) return { ok: false, ...refusal };
    this.#waiting.add(ticket);
    return { ok: true };
  }

  /** @returns false when no such ticket waits: it was matched, or never there */
  remove(ticketId: string): boolean {
    const slot = this.#waiting.table.slotOf(ticketId);
    if (slot === undefined) return false;
    this.#waiting.remove(slot);
    return true;
  }

  addBackfill(request: BackfillRequest): Added {
    if (this.#backfills.has(request.roomId)) return { ok: false, reason: 'duplicate-room' };
    const refusal = refuseBackfill(request, this.#waiting);
    if (refusal !== null) return { ok: false, ...refusal };
    this.#backfills.set(request.roomId, request);
    return { ok: true };
  }

  /** @returns false when the room does not wait */
  removeBackfill(roomId: string): boolean {
    return this.#backfills.delete(roomId);
  }

  /** One pass at a stretch. With many tickets that takes long: see `passInSlices`. */
  pass(nowMs: number): readonly PoolMatch[] {
    return [...this.passInSlices(nowMs, Number.POSITIVE_INFINITY)].flat();
  }

  /**
   * One pass in slices: let the event loop turn between two of them. Tickets may come and go meanwhile, and a pass may be left
   * unfinished.
   *
   * @param nowMs - wall clock
   * @param sliceMs - a slice ends with the first search that passes this
   * @returns the matches of each slice; their tickets have left the pool
   */
  *passInSlices(
    nowMs: number,
    sliceMs: number = SLICE_MS,
  ): Generator<readonly PoolMatch[], void, undefined> {
    let found: PoolMatch[] = [];
    let untilMs = this.#monotonicMs() + sliceMs;
    for (const match of this.#steps(nowMs)) {
      if (match !== null) found.push(match);
      if (this.#monotonicMs() < untilMs) continue;
      yield found;
      found = [];
      untilMs = this.#monotonicMs() + sliceMs;
    }
    if (found.length > 0) yield found;
  }

  /** Why the ticket is not matched yet. @returns null when no such ticket waits */
  explain(ticketId: string, nowMs: number): Explanation | null {
    const slot = this.#waiting.table.slotOf(ticketId);
    if (slot === undefined) return null;
    return explainTicket(slot, nowMs, { waiting: this.#waiting, finder: this.#finder });
  }

  /** The pass in its smallest parts; null: nothing came of one. */
  *#steps(nowMs: number): Generator<PoolMatch | null, void, undefined> {
    yield* this.#openRegions(nowMs);
    yield* this.#fillRooms(nowMs, (ageMs) => ageMs > this.#firstAfterMs);
    yield* this.#matchTickets(nowMs);
    yield* this.#fillRooms(nowMs, (ageMs) => ageMs <= this.#firstAfterMs);
  }

  get #firstAfterMs(): number {
    return this.#ruleSet.backfill.firstAfterSeconds * 1_000;
  }

  *#openRegions(nowMs: number): Generator<null, void, undefined> {
    const { table } = this.#waiting;
    for (let slot = 0; slot < table.slotLimit; slot += 1) {
      if ((table.nextEntryAtMs[slot] as number) <= nowMs) this.#waiting.enterRegions(slot, nowMs);
      if (slot % LOOK_EVERY === 0) yield null;
    }
  }

  *#fillRooms(
    nowMs: number,
    isNow: (ageMs: number) => boolean,
  ): Generator<PoolMatch | null, void, undefined> {
    const requests = [...this.#backfills.values()]
      .filter((request) => isNow(nowMs - request.createdAtMs))
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.roomId < b.roomId ? -1 : 1));
    for (const request of requests) {
      // It may have gone since.
      if (this.#backfills.get(request.roomId) === request) yield this.#fillRoom(request, nowMs);
    }
  }

  #fillRoom(request: BackfillRequest, nowMs: number): PoolMatch | null {
    const found = this.#backfillSearch.find(request, nowMs, (cost, slots) => {
      const oldestAtMs = Math.min(request.createdAtMs, this.#waiting.oldestAtMs(slots));
      return this.#finder.isAccepted(cost, oldestAtMs, nowMs);
    });
    if (found === null) return null;
    const match = buildBackfill(request, found, this.#waiting);
    this.#backfills.delete(request.roomId);
    this.#take(found.slots);
    return match;
  }

  /** In rounds of the oldest: what the tickets of a round want is settled among them, the cheapest match first. */
  *#matchTickets(nowMs: number): Generator<PoolMatch | null, void, undefined> {
    const { byAge, table, neighbourhoods } = this.#waiting;
    let slot = byAge.firstWhere(() => true);
    let proposals: Proposal[] = [];
    for (let passed = 0; slot >= 0; passed += 1) {
      // By value: the slot may be another's after the next yield.
      const createdAtMs = table.createdAtMs[slot] as number;
      const { ticketId } = table.ticketAt(slot);
      const ranks = this.#waiting.regionsTried(slot, nowMs);
      if (neighbourhoods.isDue(slot, ranks, nowMs)) {
        const proposal = this.#propose(slot, nowMs);
        if (proposal !== null) proposals.push(proposal);
        yield null;
      } else if (passed % LOOK_EVERY === 0) yield null;
      if (proposals.length === ROUND) {
        yield* this.#settle(proposals, nowMs);
        proposals = [];
      }
      slot = byAge.firstWhere((it) => {
        const otherAtMs = table.createdAtMs[it] as number;
        return otherAtMs === createdAtMs
          ? table.ticketAt(it).ticketId > ticketId
          : otherAtMs > createdAtMs;
      });
    }
    yield* this.#settle(proposals, nowMs);
  }

  /** Makes the proposed matches, the cheapest first. A ticket whose partner has gone meanwhile proposes again. */
  *#settle(
    proposals: readonly Proposal[],
    nowMs: number,
  ): Generator<PoolMatch | null, void, undefined> {
    const queue = proposals.toSorted(dearestFirst);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (this.#isWhole(next)) {
        const match = buildMatch(next.group, this.#waiting);
        this.#take(next.group.slots);
        yield match;
        continue;
      }
      const slot = this.#waiting.table.slotOf(next.seed.ticketId);
      const again = slot === undefined ? null : this.#propose(slot, nowMs);
      if (again !== null) insert(queue, again);
      yield null;
    }
  }

  /** Whether all its tickets still wait: a slot may be another's by now. */
  #isWhole({ group, tickets }: Proposal): boolean {
    return group.slots.every((slot, at) => this.#waiting.table.ticketAt(slot) === tickets[at]);
  }

  /** The best match for the slot, if its price is accepted by now; else remembers when to search again. */
  #propose(slot: number, nowMs: number): Proposal | null {
    this.#searches += 1;
    const { table, neighbourhoods } = this.#waiting;
    const finding = this.#finder.find(slot, nowMs);
    const { best, price } = finding;
    if (best !== null && price <= finding.acceptedCost) {
      const tickets = best.slots.map((it) => table.ticketAt(it));
      return { seed: table.ticketAt(slot), group: best, tickets, price };
    }
    for (const [rank, reach] of finding.reaches.entries()) {
      neighbourhoods.rememberReach(slot, rank, reach);
    }
    const wakeAtMs = Math.min(
      finding.oldestAtMs + finding.acceptedAtWaitMs,
      this.#nextWideningMs(slot, nowMs),
    );
    neighbourhoods.rememberSearch(slot, wakeAtMs - WAKE_EARLY_MS);
    return null;
  }

  /** When waiting alone changes what is tried for the slot, wall clock, ms. */
  #nextWideningMs(slot: number, nowMs: number): number {
    const ticket = this.#waiting.table.ticketAt(slot);
    const waitMs = waitedMs(ticket, nowMs);
    const { regionsTried, skillDistance } = this.#ruleSet.search;
    const steps = [nextStepMs(regionsTried, waitMs), nextStepMs(skillDistance, waitMs)];
    return ticket.createdAtMs + Math.min(...steps.map((it) => it ?? Number.POSITIVE_INFINITY));
  }

  #take(slots: readonly number[]): void {
    for (const slot of slots) this.#waiting.remove(slot);
  }
}

interface Proposal {
  /** Who proposes. */
  readonly seed: Ticket;
  readonly group: FoundGroup;
  /** Of the group's slots. */
  readonly tickets: readonly Ticket[];
  readonly price: number;
}

function assertRegions(regionIds: readonly string[]): void {
  const isFit = regionIds.length > 0 && regionIds.length <= MOST_REGIONS;
  if (isFit && new Set(regionIds).size === regionIds.length) return;
  throw new RangeError(`A pool wants 1 to ${MOST_REGIONS} regions, each once`);
}

/** So that the cheapest is popped; of equal ones the older ticket's. */
function dearestFirst(a: Proposal, b: Proposal): number {
  return (
    b.price - a.price ||
    b.seed.createdAtMs - a.seed.createdAtMs ||
    (b.seed.ticketId < a.seed.ticketId ? -1 : 1)
  );
}

function insert(queue: Proposal[], proposal: Proposal): void {
  let at = queue.length;
  while (at > 0 && dearestFirst(queue[at - 1] as Proposal, proposal) > 0) at -= 1;
  queue.splice(at, 0, proposal);
}
