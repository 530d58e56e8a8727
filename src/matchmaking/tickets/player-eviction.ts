import type { Logger } from '../../telemetry/logger.ts';
import type { Eviction } from '../contract.ts';
import type { PartyStore } from '../parties/party.ts';
import type { TicketStore } from './ticket-store.ts';

/** A ticket that is being matched is looked at again after this time, and everybody once: a request of his may have been under way. */
const LOOK_AGAIN_MS = 1_000;
/** Longer than a claim lives, and than Redis is away when it changes its primary. */
const MOST_LOOKS = 20;

/**
 * Ends what players have in matchmaking who are not welcome any more. All nodes of a region may do so at once: each step does nothing when it has been
 * done.
 */
export class PlayerEviction {
  readonly #deps: {
    readonly store: TicketStore;
    readonly parties: PartyStore;
    readonly log: Logger;
  };
  readonly #looks = new Set<NodeJS.Timeout>();
  #isClosed = false;

  constructor(deps: {
    readonly store: TicketStore;
    readonly parties: PartyStore;
    readonly log: Logger;
  }) {
    this.#deps = deps;
  }

  /** Begins, and goes on by itself for some seconds. */
  evict(eviction: Eviction): void {
    void this.#insist(eviction, 1);
  }

  close(): void {
    this.#isClosed = true;
    for (const look of this.#looks) clearTimeout(look);
  }

  /** Never rejects. */
  async #insist(eviction: Eviction, nth: number): Promise<void> {
    const failure = await this.#look(eviction).then(
      (isOver) => (isOver ? null : new Error('it is being matched')),
      (error: unknown) => error,
    );
    if (this.#isClosed || (failure === null && nth > 1)) return;
    if (nth === MOST_LOOKS) {
      const text = 'a player who was turned away may still wait for a match';
      this.#deps.log.warn({ err: failure, playerId: eviction.playerId }, text);
      return;
    }
    const look = setTimeout(() => {
      this.#looks.delete(look);
      void this.#insist(eviction, nth + 1);
    }, LOOK_AGAIN_MS).unref();
    this.#looks.add(look);
  }

  /** @returns whether nothing of his waits */
  async #look({ playerId, ticketsUntilMs, leavesParty }: Eviction): Promise<boolean> {
    const { parties } = this.#deps;
    const isOver = await this.#endTicket(playerId, ticketsUntilMs);
    if (leavesParty && (await parties.ofPlayer(playerId)) !== null) await parties.leave(playerId);
    return isOver;
  }

  async #endTicket(playerId: string, untilMs: number | null): Promise<boolean> {
    const { store } = this.#deps;
    const record = await store.ofPlayer(playerId);
    if (record === null) return true;
    if (untilMs !== null && record.ticket.createdAtMs > untilMs) return true;
    if (record.state.kind !== 'searching' && record.state.kind !== 'claimed') return true;
    const end = { kind: 'cancelled', by: 'turned-away' } as const;
    // One that is claimed becomes a match, whose room will not have him, or searches on.
    return (await store.end(record.ticket.ticketId, end)) !== 'claimed';
  }
}
