import {
  type MatchTicket,
  type MatchTicketBody,
  type MeridianClient,
  MeridianError,
  type MeridianRoom,
} from '@meridian/client';
import type { DuelState } from '../../shared/duel-state.ts';
import { DUEL_QUEUE } from '../../shared/rating.ts';
import type { SearchView } from './search-view.ts';

export interface SearchEvents {
  readonly view: (view: SearchView) => void;
  /** Cancelling failed: the search goes on. */
  readonly notCancelled: (message: string) => void;
}

/** Where the queue has led to. */
export interface FoundTable {
  readonly room: MeridianRoom<DuelState>;
  /** Null: the region of this page's server. */
  readonly regionId: string | null;
}

/** Seats of before a reload may have been taken then, or be over. */
const SEAT_IS_GONE: ReadonlySet<string> = new Set(['SEAT_EXPIRED', 'ROOM_UNKNOWN', 'ROOM_LOST']);

/**
 * One search in the queue of rated games.
 *
 *   measuring ──▶ searching, wider and wider ──▶ found ──▶ a seat, in this region or another
 *       └────────────────┴──▶ cancelled · expired · failed
 */
export class QueueSearch {
  readonly #client: MeridianClient;
  readonly #events: SearchEvents;
  #ticket: MatchTicket | null = null;
  #isCancelled = false;
  /** On this browser's monotonic clock: when the ticket was entered. */
  #startedAtMs = performance.now();

  constructor(client: MeridianClient, events: SearchEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Null while the regions are measured. */
  get ticketId(): string | null {
    return this.#ticket?.ticketId ?? null;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /**
   * @param isReload - the ticket of before is taken up again, if there is one
   * @returns null when it was cancelled, or has ended without a match; what was shown last says which
   */
  async run({ isReload }: { readonly isReload: boolean }): Promise<FoundTable | null> {
    try {
      this.#events.view({ kind: 'measuring' });
      return await this.#take(await this.#enter(isReload));
    } catch (error) {
      this.#showEnd(error);
      return null;
    }
  }

  async cancel(): Promise<void> {
    this.#isCancelled = true;
    try {
      await this.#ticket?.cancel();
    } catch (error) {
      this.#isCancelled = false;
      const isClaimed = error instanceof MeridianError && error.code === 'TICKET_CLAIMED';
      this.#events.notCancelled(
        isClaimed
          ? 'Too late: your opponent is found.'
          : 'The server does not answer. Still searching.',
      );
    }
  }

  /** @throws {MeridianError} `TICKET_UNKNOWN` when it waits no more, `NETWORK`, … */
  async explain() {
    return (await this.#ticket?.explain()) ?? null;
  }

  /** A ticket of before a reload has waited all the while. */
  async #enter(
    isReload: boolean,
  ): Promise<{ readonly ticket: MatchTicket; readonly isOld: boolean }> {
    const { matchmaking } = this.#client;
    const old = isReload ? await matchmaking.current() : null;
    if (old === null) {
      const ticket = await matchmaking.enter(DUEL_QUEUE);
      this.#startedAtMs = performance.now();
      return { ticket, isOld: false };
    }
    try {
      // The server's clock is its own; how long it has waited is the same everywhere.
      this.#startedAtMs = performance.now() - (await old.explain()).waitedMs;
    } catch {
      // It waits no more: what became of it follows.
    }
    return { ticket: old, isOld: true };
  }

  async #take({
    ticket,
    isOld,
  }: {
    readonly ticket: MatchTicket;
    readonly isOld: boolean;
  }): Promise<FoundTable | null> {
    this.#ticket = ticket;
    if (this.#isCancelled) {
      await this.cancel();
      // Too late is not cancelled, and somebody sits there waiting.
      if (this.#isCancelled) return null;
    }
    ticket.onChange((body) => this.#show(body));
    try {
      const room = await ticket.join<DuelState>();
      const { body } = ticket;
      const match = body.state === 'matched' ? body.match : null;
      return { room, regionId: match?.regionUrl == null ? null : match.regionId };
    } catch (error) {
      const isGone = error instanceof MeridianError && SEAT_IS_GONE.has(error.code);
      if (!isOld || !isGone) throw error;
      this.#startedAtMs = performance.now();
      const fresh = await this.#client.matchmaking.enter(DUEL_QUEUE);
      return await this.#take({ ticket: fresh, isOld: false });
    }
  }

  #show(body: MatchTicketBody): void {
    const startedAtMs = this.#startedAtMs;
    if (body.state === 'queued' || body.state === 'searching') {
      const widening = body.state === 'searching' ? body.widening : null;
      const estimateMs = body.state === 'searching' ? body.estimatedWaitMs : null;
      const next = widening?.nextStepAtMs ?? null;
      this.#events.view({
        ...{ kind: 'searching', startedAtMs, widening },
        widensAtMs: next === null ? null : startedAtMs + next - body.createdAtMs,
        expectedAtMs: estimateMs === null ? null : performance.now() + estimateMs,
      });
    } else if (body.state === 'matched' && body.match !== null) {
      this.#events.view({ kind: 'found', startedAtMs, regionId: body.match.regionId });
    }
  }

  #showEnd(error: unknown): void {
    const body = this.#ticket?.body;
    if (body?.state === 'cancelled' && body.by === 'player') return;
    if (body?.state === 'expired') {
      const { bestOffer, reasons } = body;
      this.#events.view({ kind: 'expired', reasons, bestOffer });
      return;
    }
    const message = error instanceof MeridianError ? error.message : 'Something went wrong here.';
    this.#events.view({ kind: 'failed', message });
  }
}
