import type { MatchSeat, TicketBody, TicketFacts } from '../../protocol/matchmaking.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { RuleSet } from '../pool/rule-set.ts';
import { waitedMs } from '../pool/ticket.ts';
import type { Placement, TicketRecord } from './ticket-record.ts';
import { wideningAt } from './ticket-widening.ts';

/** A ticket as one of its players may see it now. */
export type ViewTicket = (record: TicketRecord, playerId: string) => Promise<TicketBody>;

export interface ViewOfTickets {
  readonly rules: RuleSet;
  readonly nowMs: number;
  /** Median of the queue's last waits, ms; null while nobody knows. */
  readonly medianWaitMs: number | null;
  /** `http(s)://` address of a region; null: the one the client used. */
  readonly urlOf: (regionId: string) => string | null;
}

/** A ticket as one of its players may see it. */
export function viewTicket(
  record: TicketRecord,
  playerId: string,
  view: ViewOfTickets,
): TicketBody {
  const facts = factsOf(record, view.rules);
  const { state } = record;
  switch (state.kind) {
    case 'searching':
    // Most claims become matches within a second; one that does not was never seen.
    case 'claimed': {
      const waitMs = waitedMs(record.ticket, view.nowMs);
      return {
        ...facts,
        state: 'searching',
        widening: wideningAt(view.rules, facts.createdAtMs, waitMs),
        estimatedWaitMs:
          view.medianWaitMs === null ? null : Math.max(0, Math.round(view.medianWaitMs - waitMs)),
      };
    }
    case 'matched':
      return { ...facts, state: 'matched', match: seatOf(state.placement, playerId, view) };
    case 'ended':
      return state.end.kind === 'expired'
        ? {
            ...facts,
            state: 'expired',
            reasons: state.end.reasons,
            bestOffer: state.end.bestOffer,
          }
        : { ...facts, state: 'cancelled', by: state.end.by };
    default:
      return assertNever(state);
  }
}

export function factsOf({ ticket, queue }: TicketRecord, { timeouts }: RuleSet): TicketFacts {
  return {
    ticketId: ticket.ticketId,
    queue,
    playerIds: ticket.players.map(({ playerId }) => playerId),
    createdAtMs: ticket.createdAtMs,
    timeoutAtMs: ticket.createdAtMs + timeouts.timeoutS * 1_000,
  };
}

function seatOf(
  { matchId, regionId, seats }: Placement,
  playerId: string,
  { urlOf }: ViewOfTickets,
): MatchSeat | null {
  const seat = seats.find((it) => it.playerId === playerId);
  if (seat === undefined) return null;
  const { team, role, reservation } = seat;
  return { matchId, regionId, regionUrl: urlOf(regionId), team, role, reservation };
}
