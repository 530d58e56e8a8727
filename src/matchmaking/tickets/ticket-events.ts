import type { MatchmakingEvents, TicketFacts } from '../../analytics/contract.ts';
import type { Clock } from '../../shared/clock.ts';
import { waitedMs } from '../pool/ticket.ts';
import type { TicketRecord } from './ticket-record.ts';
import type { TicketStore } from './ticket-store.ts';

/**
 * Records how tickets end. Every node hears of every end; the one that matches the queue records it. While a queue goes from one node to
 * another both may (the event has one id then), or neither.
 *
 * @returns stops it
 */
export function recordTicketEnds(deps: {
  readonly store: TicketStore;
  readonly isOurTurn: (queue: string) => boolean;
  readonly events: MatchmakingEvents;
  readonly clock: Clock;
}): () => void {
  const { store, isOurTurn, events, clock } = deps;
  return store.onChange((record) => {
    const { ticket, state, queue } = record;
    if ((state.kind !== 'matched' && state.kind !== 'ended') || !isOurTurn(queue)) return;
    const placement = state.kind === 'matched' ? state.placement : null;
    events.ticketEnded(factsOfTicket(record), {
      outcome: state.kind === 'matched' ? 'matched' : state.end.kind,
      waitMs: waitedMs(ticket, clock.wallMs()),
      regionId: placement?.regionId ?? null,
      matchId: placement?.matchId ?? null,
    });
  });
}

export function factsOfTicket({ ticket, queue }: TicketRecord): TicketFacts {
  const { ticketId, latencyMsByRegion } = ticket;
  return { ticketId, queue, latencyMsByRegion, playerIds: ticket.players.map((it) => it.playerId) };
}
