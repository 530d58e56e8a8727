import type { Clock } from '../../shared/clock.ts';
import { MemoryStoreListeners } from '../memory-store-listeners.ts';
import type { Placement, TicketEnd, TicketRecord } from './ticket-record.ts';
import type { Claim, Entered, TicketStore } from './ticket-store.ts';

/** How long what has become of a ticket can be asked, ms. */
const ENDED_MS = 60_000;
const REPORTED_MS = 86_400_000;

/** The tickets of one process. */
export class MemoryTicketStore implements TicketStore {
  readonly #clock: Clock;
  readonly #records = new Map<string, TicketRecord>();
  /** Ids by queue, of those that wait. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #ticketOf = new Map<string, string>();
  /** When they ended, monotonic, ms; in that order. */
  readonly #ended = new Map<string, number>();
  /** When matches were reported, monotonic, ms; in that order. */
  readonly #reported = new Map<string, number>();
  readonly #listeners = new MemoryStoreListeners<TicketRecord>();

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  async enter(
    record: TicketRecord,
    { mostWaiting }: { readonly mostWaiting: number },
  ): Promise<Entered> {
    this.#forgetEnded();
    const busy = this.#busyPlayerOf(record);
    if (busy !== null) return { kind: 'player-busy', ...busy };
    const waiting = this.#queue(record.queue).size;
    if (waiting >= mostWaiting) return { kind: 'queue-full', waiting };
    this.#put(record);
    return { kind: 'entered' };
  }

  async read(ticketId: string): Promise<TicketRecord | null> {
    this.#forgetEnded();
    return this.#records.get(ticketId) ?? null;
  }

  async ofPlayer(playerId: string): Promise<TicketRecord | null> {
    return this.read(this.#ticketOf.get(playerId) ?? '');
  }

  async waiting(queue: string): Promise<readonly TicketRecord[]> {
    const records = [...this.#queue(queue)].map((ticketId) => this.#known(ticketId));
    return records.sort(
      ({ ticket: a }, { ticket: b }) =>
        a.createdAtMs - b.createdAtMs || (a.ticketId < b.ticketId ? -1 : 1),
    );
  }

  async claim(
    { matchId, regionId, untilMs }: Claim,
    ticketIds: readonly string[],
  ): Promise<readonly string[]> {
    const isToBeHad = (ticketId: string) => {
      const kind = this.#records.get(ticketId)?.state.kind;
      return kind === 'searching' || this.#isClaimedBy(matchId, ticketId);
    };
    const refused = ticketIds.filter((ticketId) => !isToBeHad(ticketId));
    if (refused.length > 0) return refused;
    for (const ticketId of ticketIds) {
      const { state } = this.#known(ticketId);
      const isSaidAgain =
        state.kind === 'claimed' && state.regionId === regionId && state.untilMs === untilMs;
      if (!isSaidAgain) this.#become(ticketId, { kind: 'claimed', matchId, regionId, untilMs });
    }
    return [];
  }

  async release(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]> {
    return ticketIds.filter((ticketId) => {
      if (!this.#isClaimedBy(matchId, ticketId)) return false;
      this.#become(ticketId, { kind: 'searching' });
      return true;
    });
  }

  async releaseOverdue(queue: string, nowMs: number): Promise<readonly string[]> {
    return [...this.#queue(queue)].filter((ticketId) => {
      const { state } = this.#known(ticketId);
      if (state.kind !== 'claimed' || state.untilMs > nowMs) return false;
      this.#become(ticketId, { kind: 'searching' });
      return true;
    });
  }

  async settle(placements: ReadonlyMap<string, Placement>): Promise<readonly string[]> {
    this.#forgetEnded();
    const settled: string[] = [];
    for (const [ticketId, placement] of placements) {
      const state = this.#records.get(ticketId)?.state;
      const isMatched = state?.kind === 'matched' && state.placement.matchId === placement.matchId;
      const isClaimed = this.#isClaimedBy(placement.matchId, ticketId);
      if (isClaimed) this.#become(ticketId, { kind: 'matched', placement });
      if (isClaimed || isMatched) settled.push(ticketId);
    }
    return settled;
  }

  async end(ticketId: string, end: TicketEnd): Promise<'ended' | 'claimed' | 'unknown'> {
    const kind = this.#records.get(ticketId)?.state.kind;
    if (kind === 'claimed') return 'claimed';
    if (kind !== 'searching') return 'unknown';
    this.#become(ticketId, { kind: 'ended', end });
    return 'ended';
  }

  async isFirstReport(matchId: string): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs();
    for (const [oldId, reportedAtMs] of this.#reported) {
      if (reportedAtMs > nowMs - REPORTED_MS) break;
      this.#reported.delete(oldId);
    }
    if (this.#reported.has(matchId)) return false;
    this.#reported.set(matchId, nowMs);
    return true;
  }

  async restore(records: readonly TicketRecord[]): Promise<void> {
    this.#forgetEnded();
    for (const record of records) {
      const isThere = this.#records.has(record.ticket.ticketId);
      if (!isThere && this.#busyPlayerOf(record) === null) this.#put(record);
    }
  }

  onChange(listener: (record: TicketRecord) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Nothing is missed within a process. */
  onGap(_listener: () => void): () => void {
    return () => {};
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #busyPlayerOf({
    ticket,
  }: TicketRecord): { readonly playerId: string; readonly ticketId: string } | null {
    const { ticketId, players } = ticket;
    const [first] = players;
    if (first !== undefined && this.#isWaiting(ticketId)) {
      return { playerId: first.playerId, ticketId };
    }
    for (const { playerId } of players) {
      const other = this.#ticketOf.get(playerId);
      if (other !== undefined && this.#isWaiting(other)) return { playerId, ticketId: other };
    }
    return null;
  }

  #isWaiting(ticketId: string): boolean {
    const record = this.#records.get(ticketId);
    return record !== undefined && isWaiting(record.state);
  }

  #isClaimedBy(matchId: string, ticketId: string): boolean {
    const state = this.#records.get(ticketId)?.state;
    return state?.kind === 'claimed' && state.matchId === matchId;
  }

  #put(record: TicketRecord): void {
    const { ticketId, players } = record.ticket;
    this.#ended.delete(ticketId);
    this.#records.set(ticketId, record);
    this.#queue(record.queue).add(ticketId);
    for (const { playerId } of players) this.#ticketOf.set(playerId, ticketId);
    this.#become(ticketId, record.state);
  }

  #become(ticketId: string, state: TicketRecord['state']): void {
    const record = { ...this.#known(ticketId), state };
    this.#records.set(ticketId, record);
    if (!isWaiting(state)) {
      this.#queue(record.queue).delete(ticketId);
      this.#ended.set(ticketId, this.#clock.monotonicMs());
    }
    this.#listeners.tell(record);
  }

  #forgetEnded(): void {
    const until = this.#clock.monotonicMs() - ENDED_MS;
    for (const [ticketId, endedAtMs] of this.#ended) {
      if (endedAtMs > until) return;
      this.#ended.delete(ticketId);
      for (const { playerId } of this.#known(ticketId).ticket.players) {
        if (this.#ticketOf.get(playerId) === ticketId) this.#ticketOf.delete(playerId);
      }
      this.#records.delete(ticketId);
    }
  }

  #known(ticketId: string): TicketRecord {
    const record = this.#records.get(ticketId);
    if (record === undefined) throw new TypeError(`Ticket ${ticketId} is not there`);
    return record;
  }

  #queue(queue: string): Set<string> {
    const ticketIds = this.#waiting.get(queue) ?? new Set();
    this.#waiting.set(queue, ticketIds);
    return ticketIds;
  }
}

function isWaiting({ kind }: TicketRecord['state']): boolean {
  return kind === 'searching' || kind === 'claimed';
}
