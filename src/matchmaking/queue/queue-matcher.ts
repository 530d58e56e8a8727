import { setImmediate as turn } from 'node:timers/promises';
import type { TicketOffer } from '../../protocol/matchmaking.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { BackfillAnswer, QueueDefinition, QueueStatus } from '../contract.ts';
import type { BackfillRequest } from '../pool/backfill-request.ts';
import type { Offer, WaitReason } from '../pool/explanation.ts';
import type { PoolMatch } from '../pool/match.ts';
import { MatchPool } from '../pool/match-pool.ts';
import { type Ticket, waitedMs } from '../pool/ticket.ts';
import { QueuePace } from '../tickets/queue-pace.ts';
import { type RegionOpening, regionOpenings } from '../tickets/region-openings.ts';
import type { TicketRecord } from '../tickets/ticket-record.ts';
import type { TicketStore } from '../tickets/ticket-store.ts';
import type { Visitor } from './link-kinds.ts';
import { MakingLine } from './making-line.ts';
import type { MatchMaking } from './match-making.ts';
import { inMatchTrace, traceExpiry } from './match-trace.ts';
import type { RegionTickets } from './region-tickets.ts';
import { RunningRooms } from './running-rooms.ts';
import type { WaitingEntry } from './waiting-entry.ts';

// Matches one queue in one region, on one node of it at a time (whoever `isOurTurn`; two at once would do no harm, for tickets are claimed).
//
//   the region's tickets ──▶ entries ─┬─ open here by now ──▶ pool ──▶ match ──▶ MatchMaking: claim, room, seats
//   visitors of other regions ────────┘                         ▲                    │ refused, no room
//                              └─ open elsewhere by now ─▶ offers └────────────────────┘ the age is kept
//
// The pool of a region makes matches that are played there; a ticket is in the pools of all regions that are open to it by now, and
// whoever claims it first at its home has it.

const PASS_EVERY_MS = 200;
/** Between two looks at who may play where by now, and at claims and visitors that are over. */
const LOOK_EVERY_MS = 500;
/** A visitor is remembered for three of these. */
const OFFER_EVERY_MS = 5_000;
/** Rest after a room could not be made. */
const NO_ROOM_REST_MS = 1_000;
/** Matches that get their rooms at a time. All at once they would take turns, and all be too late together. */
const MADE_AT_A_TIME = 16;
/** Tickets that end in one pass: each is explained, which takes about a search. */
const EXPIRIES_PER_PASS = 50;

/** Why a ticket waits, and the best match there is for it. */
export interface TicketOutlook {
  /** The most weighty first. */
  readonly reasons: readonly WaitReason[];
  readonly bestOffer: TicketOffer | null;
}

export interface QueueMatcherDeps {
  readonly regionId: string;
  readonly queue: string;
  readonly definition: QueueDefinition;
  readonly store: TicketStore;
  readonly tickets: RegionTickets;
  readonly making: MatchMaking;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether this node matches the queue now. */
  readonly isOurTurn: () => boolean;
  /** Regions that take new rooms. */
  readonly openRegions: () => ReadonlySet<string>;
  readonly onMatched: (
    match: PoolMatch,
    made: { readonly matchId: string; readonly waitsMs: readonly number[] },
  ) => void;
}

export class QueueMatcher {
  readonly #deps: QueueMatcherDeps;
  readonly #entries = new Map<string, WaitingEntry>();
  readonly #rooms = new RunningRooms();
  readonly #pace = new QueuePace();
  readonly #line = new MakingLine(MADE_AT_A_TIME);
  readonly #leaving = new Map<string, Set<string>>();
  #pool: MatchPool;
  #isActive = false;
  /** Changes may have been missed; looked through with the next turn that finds Redis there. */
  #hasGap = false;
  /** Those that took rooms at the last look. */
  #openRegions: ReadonlySet<string> = new Set();
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #unsubscribe: readonly (() => void)[] = [];

  constructor(deps: QueueMatcherDeps) {
    this.#deps = deps;
    this.#pool = this.#emptyPool();
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    this.#deactivate();
  }

  get status(): QueueStatus {
    const nowMs = this.#deps.clock.wallMs();
    const own = [...this.#entries.values()].filter(({ record }) => record !== null);
    const oldestAtMs = Math.min(nowMs, ...own.map(({ ticket }) => ticket.createdAtMs));
    return {
      queue: this.#deps.queue,
      waiting: own.length,
      visiting: this.#entries.size - own.length,
      beingMade: own.filter(({ isBusy }) => isBusy).length,
      ticketsPerSecond: this.#pace.ticketsPerSecond(nowMs),
      matchedPerMinute: this.#pace.matchedPerMinute(nowMs),
      medianWaitMs: this.#pace.medianWaitMs,
      oldestWaitMs: nowMs - oldestAtMs,
    };
  }

  /** Why a ticket of this region is not matched yet; null: it does not wait here. */
  explain(ticketId: string): TicketOutlook | null {
    const entry = this.#entries.get(ticketId);
    if (entry === undefined) return null;
    const nowMs = this.#deps.clock.wallMs();
    const explanation = this.#pool.explain(ticketId, nowMs);
    if (explanation !== null) {
      const { reasons, bestOffer } = explanation;
      return { reasons, bestOffer: bestOffer && this.#offer(bestOffer) };
    }
    const waitMs = waitedMs(entry.ticket, nowMs);
    const opening = entry.openings.find((it) => it.openAtWaitMs > waitMs);
    const reason: WaitReason = entry.isBusy
      ? { kind: 'next-pass' }
      : { kind: 'no-region-within-cap', allowedAtWaitMs: opening?.openAtWaitMs ?? null };
    return { reasons: [reason], bestOffer: null };
  }

  /** As its player may see it: without whose tickets the others are. */
  #offer({ regionId, latencyMs, teamGap, ticketIds }: Offer): TicketOffer {
    const sizes = ticketIds.map((it) => this.#entries.get(it)?.ticket.players.length ?? 0);
    return { regionId, players: sizes.reduce((a, b) => a + b, 0), latencyMs, teamGap };
  }

  /** A room of this region lacks players; forgotten when it does not say so again within six seconds. */
  backfill(request: BackfillRequest): BackfillAnswer {
    if (!this.#isActive) return { kind: 'elsewhere' };
    const refusal = this.#rooms.asks(request, this.#pool, this.#deps.clock.monotonicMs());
    return refusal === null ? { kind: 'searching' } : { kind: 'refused', reason: refusal };
  }

  removeBackfill(roomId: string): void {
    this.#rooms.withdraws(roomId, this.#pool);
  }

  #emptyPool(): MatchPool {
    const { regionId, definition } = this.#deps;
    const { rules, hooks } = definition;
    return new MatchPool({
      ruleSet: rules,
      regionIds: [regionId],
      ...(hooks === undefined ? {} : { hooks }),
    });
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#turn().then(() => this.#schedule());
    }, PASS_EVERY_MS);
    this.#timer.unref();
  }

  async #turn(): Promise<void> {
    try {
      if (!this.#deps.isOurTurn()) {
        this.#deactivate();
        return;
      }
      if (!this.#isActive) await this.#activate();
      if (this.#hasGap) await this.#afterGap();
      await this.#look();
      await this.#expire();
      await this.#pass();
    } catch (error) {
      // The region's Redis is away: what waits there waits on.
      this.#deps.log.debug({ err: error, queue: this.#deps.queue }, 'a pass was not finished');
    }
  }

  async #activate(): Promise<void> {
    const { store, tickets, queue, regionId } = this.#deps;
    this.#isActive = true;
    this.#hasGap = false;
    this.#followRegions();
    this.#pool = this.#emptyPool();
    this.#unsubscribe = [
      store.onChange((record) => {
        if (record.queue === queue) this.#heard(record);
      }),
      store.onGap(() => {
        this.#hasGap = true;
      }),
    ];
    try {
      for (const record of await store.waiting(queue)) this.#heard(record);
    } catch (error) {
      this.#deactivate();
      throw error;
    }
    tickets.watch(queue, {
      arrived: (visitor, homeRegionId) => this.#welcome(visitor, homeRegionId),
      left: (ticketId) => this.#forget(ticketId),
    });
    this.#deps.log.info(
      { event: 'matching', queue, regionId, waiting: this.#entries.size },
      'this node matches the queue',
    );
  }

  #deactivate(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#deps.tickets.unwatch(this.#deps.queue);
    this.#entries.clear();
    this.#rooms.clear();
    this.#pool = this.#emptyPool();
  }

  /** Something became of a ticket of this region. */
  #heard(record: TicketRecord): void {
    const { ticketId } = record.ticket;
    const entry = this.#entries.get(ticketId);
    if (record.state.kind === 'searching') {
      if (entry === undefined) this.#enter(record);
      else if (!entry.isBusy) this.#toPool(entry);
      return;
    }
    if (record.state.kind === 'claimed') {
      // Of this match or another region's: it may come back.
      this.#pool.remove(ticketId);
      return;
    }
    this.#forget(ticketId);
  }

  #enter(record: TicketRecord): void {
    const { ticket, displayNames, trace } = record;
    const entry: WaitingEntry = {
      ...{ ticket, displayNames, record, openings: this.#openingsOf(ticket) },
      ...(trace === undefined ? {} : { trace }),
      homeRegionId: this.#deps.regionId,
      offeredAtMs: new Map(),
      isBusy: false,
    };
    this.#entries.set(ticket.ticketId, entry);
    this.#toPool(entry);
  }

  #welcome(visitor: Visitor, homeRegionId: string): void {
    const { ticket } = visitor;
    if (this.#entries.has(ticket.ticketId)) return;
    const { regionId } = this.#deps;
    const latencyMs = ticket.latencyMsByRegion[regionId];
    if (latencyMs === undefined) return;
    const entry: WaitingEntry = {
      ...{ ...visitor, homeRegionId },
      record: null,
      // Its home has looked whether it may play here by now.
      openings: [{ regionId, latencyMs, openAtWaitMs: 0 }],
      offeredAtMs: new Map(),
      isBusy: false,
    };
    this.#entries.set(ticket.ticketId, entry);
    this.#toPool(entry);
  }

  #forget(ticketId: string): void {
    const entry = this.#entries.get(ticketId);
    if (entry === undefined) return;
    this.#entries.delete(ticketId);
    this.#pool.remove(ticketId);
    for (const regionId of entry.offeredAtMs.keys()) {
      const leaving = this.#leaving.get(regionId) ?? new Set();
      this.#leaving.set(regionId, leaving.add(ticketId));
    }
  }

  /** Puts it into the pool when this region is open to it by now. */
  #toPool(entry: WaitingEntry): void {
    const { regionId, clock } = this.#deps;
    const { ticketId } = entry.ticket;
    if (entry.isBusy || this.#pool.has(ticketId)) return;
    const opening = entry.openings.find((it) => it.regionId === regionId);
    const waitMs = waitedMs(entry.ticket, clock.wallMs());
    if (opening === undefined || opening.openAtWaitMs > waitMs) return;
    const added = this.#pool.add(ofThisRegion(entry.ticket, opening));
    if (!added.ok && added.reason !== 'player-already-queued') {
      this.#deps.log.warn({ ...added, queue: this.#deps.queue }, 'the pool does not take a ticket');
    }
  }

  async #look(): Promise<void> {
    const { clock, store, tickets, queue } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    await store.releaseOverdue(queue, clock.wallMs());
    tickets.prune(queue);
    this.#rooms.prune(this.#pool, nowMs);
    this.#followRegions();
    for (const entry of this.#entries.values()) this.#toPool(entry);
    await Promise.all(tickets.peers.map((peer) => this.#offerTo(peer, nowMs)));
  }

  /** A region that closed leaves its rank to the next, and gets it back. */
  #followRegions(): void {
    const open = this.#deps.openRegions();
    const before = this.#openRegions;
    if (open.size === before.size && [...open].every((it) => before.has(it))) return;
    this.#openRegions = open;
    for (const entry of this.#entries.values()) {
      if (entry.record !== null) entry.openings = this.#openingsOf(entry.ticket);
    }
  }

  #openingsOf(ticket: Ticket): readonly RegionOpening[] {
    return regionOpenings(ticket, this.#deps.definition.rules, (it) => this.#openRegions.has(it));
  }

  async #offerTo(peer: string, nowMs: number): Promise<void> {
    const { clock, tickets, queue } = this.#deps;
    const withdrawn = [...(this.#leaving.get(peer) ?? [])];
    this.#leaving.delete(peer);
    const due = [...this.#entries.values()].filter((entry) => {
      if (entry.record === null || entry.isBusy) return false;
      const offeredAtMs = entry.offeredAtMs.get(peer) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - offeredAtMs < OFFER_EVERY_MS) return false;
      const opening = entry.openings.find((it) => it.regionId === peer);
      return (
        opening !== undefined && opening.openAtWaitMs <= waitedMs(entry.ticket, clock.wallMs())
      );
    });
    if (due.length === 0 && withdrawn.length === 0) return;
    for (const { offeredAtMs } of due) offeredAtMs.set(peer, nowMs);
    const offered = due.map(({ ticket, displayNames, trace }) => ({
      ...{ ticket, displayNames },
      ...(trace === undefined ? {} : { trace }),
    }));
    await tickets.offer(peer, queue, { tickets: offered, withdrawn });
  }

  /** Ends tickets whose time is over, with the reason and what there was for them. */
  async #expire(): Promise<void> {
    const { clock, store, definition } = this.#deps;
    const nowMs = clock.wallMs();
    const timeoutMs = definition.rules.timeouts.timeoutS * 1_000;
    const over = [...this.#entries.values()].filter(
      ({ record, isBusy, ticket }) =>
        record !== null && !isBusy && waitedMs(ticket, nowMs) >= timeoutMs,
    );
    for (const entry of over.slice(0, EXPIRIES_PER_PASS)) {
      const { ticket } = entry;
      const outlook = this.explain(ticket.ticketId);
      traceExpiry(entry, this.#deps.queue, waitedMs(ticket, nowMs));
      await store.end(ticket.ticketId, {
        kind: 'expired',
        reasons: (outlook?.reasons ?? []).map((reason) => ({ ...reason })),
        bestOffer: outlook?.bestOffer ?? null,
      });
    }
  }

  async #pass(): Promise<void> {
    const { clock, regionId } = this.#deps;
    if (!this.#openRegions.has(regionId) || clock.monotonicMs() < this.#restUntilMs) return;
    for (const matches of this.#pool.passInSlices(clock.wallMs())) {
      for (const match of matches) void this.#make(match);
      await turn();
    }
  }

  async #make(found: PoolMatch): Promise<void> {
    const { making, queue, definition, clock, log } = this.#deps;
    const entries = new Map<string, WaitingEntry>();
    for (const { ticketId } of found.tickets) {
      const entry = this.#entries.get(ticketId);
      if (entry !== undefined) entries.set(ticketId, entry);
    }
    // The turn went to another node while this pass was under way.
    if (entries.size < found.tickets.length) return;
    for (const entry of entries.values()) entry.isBusy = true;
    if (found.kind === 'backfill') this.#rooms.found(found.roomId);
    const { room } = definition;
    const traced = { queue, entries: entries.values(), nowMs: clock.wallMs() };
    const make = () => inMatchTrace(traced, () => making.make(found, { queue, room, entries }));
    const isOfThisRegion = [...entries.values()].every(({ record }) => record !== null);
    // Who waits for the answer of another region keeps nobody waiting here.
    const outcome = await (isOfThisRegion ? this.#line.run(make) : make()).catch(
      (error: unknown) => ({ kind: 'no-room', error }) as const,
    );
    for (const entry of entries.values()) entry.isBusy = false;
    if (found.kind === 'backfill') this.#rooms.settled(found.roomId);
    if (outcome.kind === 'made') {
      this.#matched(found, entries, outcome.matchId);
      return;
    }
    if (outcome.kind === 'no-room' && found.kind === 'backfill') {
      const { roomId } = found;
      log.info({ err: outcome.error, queue, roomId }, 'a room took nobody; they search on');
    } else if (outcome.kind === 'no-room') {
      this.#restUntilMs = clock.monotonicMs() + NO_ROOM_REST_MS;
      log.warn({ err: outcome.error, queue }, 'no room for a match; its players search on');
    }
    const gone = outcome.kind === 'refused' ? outcome.gone : new Set<string>();
    await this.#searchOn(entries, gone);
  }

  #matched(found: PoolMatch, entries: ReadonlyMap<string, WaitingEntry>, matchId: string): void {
    const nowMs = this.#deps.clock.wallMs();
    const waitsMs = found.tickets.map((ticket) => waitedMs(ticket, nowMs));
    this.#pace.matched(nowMs, found.teams.flatMap(({ players }) => players).length, waitsMs);
    this.#deps.onMatched(found, { matchId, waitsMs });
    for (const [ticketId, { record }] of entries) {
      // Of this region's its Redis tells: one that it has lost in between is in no match, and searches on.
      if (record !== null) continue;
      this.#deps.tickets.forget(this.#deps.queue, ticketId);
      this.#forget(ticketId);
    }
  }

  /** Back into the pool with whoever is still to be had; of this region's tickets its Redis knows who that is. */
  async #searchOn(
    entries: ReadonlyMap<string, WaitingEntry>,
    gone: ReadonlySet<string>,
  ): Promise<void> {
    for (const [ticketId, entry] of entries) {
      if (this.#entries.get(ticketId) !== entry) continue;
      if (entry.record === null) {
        if (gone.has(ticketId)) {
          this.#deps.tickets.forget(this.#deps.queue, ticketId);
          this.#forget(ticketId);
        } else this.#toPool(entry);
        continue;
      }
      const record = await this.#deps.store.read(ticketId).catch(() => undefined);
      // Lost, and nobody has said so yet: it is put back with what else is missing.
      if (record === null) this.#hasGap = true;
      else if (record !== undefined) this.#heard(record);
    }
  }

  /**
   * Changes may have been missed, or the region's Redis has lost everything: what it does not know at all any more (what ended is kept for
   * a minute) is put back.
   */
  async #afterGap(): Promise<void> {
    const { store, queue, log } = this.#deps;
    // Before the questions: another gap may come between them.
    this.#hasGap = false;
    try {
      const waiting = new Map(
        (await store.waiting(queue)).map((record) => [record.ticket.ticketId, record]),
      );
      const lost: TicketRecord[] = [];
      for (const { record, ticket, isBusy } of [...this.#entries.values()]) {
        if (record === null || isBusy || waiting.has(ticket.ticketId)) continue;
        const known = await store.read(ticket.ticketId);
        if (known === null) lost.push({ ...record, state: { kind: 'searching' } });
        else this.#heard(known);
      }
      for (const record of waiting.values()) this.#heard(record);
      if (lost.length === 0) return;
      log.warn({ queue, tickets: lost.length }, 'the region lost tickets; they are put back');
      await store.restore(lost);
      // Those whose players have entered anew meanwhile are nobody's any more.
      for (const { ticket } of lost) {
        if ((await store.read(ticket.ticketId)) === null) this.#forget(ticket.ticketId);
      }
    } catch (error) {
      this.#hasGap = true;
      throw error;
    }
  }
}

/** The pool of a region knows that region only. */
function ofThisRegion(
  ticket: Ticket,
  { regionId, latencyMs }: { readonly regionId: string; readonly latencyMs: number },
): Ticket {
  return { ...ticket, latencyMsByRegion: { [regionId]: latencyMs } };
}
