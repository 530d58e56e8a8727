import { TICKET_TIMEOUT_S } from '../queue.ts';
import type { TicketTrip } from '../ticket-trip.ts';
import type { WorldEvidence } from '../world-evidence.ts';
import { WORLD_PROMISES } from './world-promises.ts';

/** [CH-11] Every ticket that was entered ends, in time: in a match, expired, or taken back. None is forgotten. */
export function judgeTicketsEnd(evidence: WorldEvidence): string[] {
  return [
    ...lostTickets(evidence).map(
      ({ trip, home, end, ticketIds }) =>
        `trip ${trip} of ${home}, ticket ${ticketIds.at(-1)}: ${end === null ? 'never ended' : `lost, ${JSON.stringify(end)}`}`,
    ),
    ...lateTickets(evidence).map(
      (trip) =>
        `trip ${trip.trip} of ${trip.home} ended ${(tripMs(trip) / 1_000).toFixed(1)} s after it was entered`,
    ),
  ];
}

/** Tickets that nobody knows any more, or that wait when everything has been whole for long. */
export function lostTickets({ trips }: WorldEvidence): readonly TicketTrip[] {
  return trips.filter(({ end }) => end === null || end.kind === 'lost');
}

function lateTickets(evidence: WorldEvidence): readonly TicketTrip[] {
  const most = TICKET_TIMEOUT_S * 1_000 + WORLD_PROMISES.ticketGraceMs;
  return evidence.trips.filter(
    (trip) => trip.end !== null && tripMs(trip) - homeLostMs(trip, evidence) > most,
  );
}

/** Of who was entered again, since then: what he waited before is gone with his region's memory. */
function tripMs({ newestAtMs, end }: TicketTrip): number {
  return (end?.atMs ?? Number.POSITIVE_INFINITY) - newestAtMs;
}

/** For how long of its life the ticket's home was lost to its player, ms. */
function homeLostMs({ home, newestAtMs, end }: TicketTrip, { troubles }: WorldEvidence): number {
  return troubles
    .filter(({ lostRegionIds }) => lostRegionIds.includes(home))
    .reduce((sum, { fromMs, toMs }) => {
      const from = Math.max(fromMs, newestAtMs);
      const to = Math.min(toMs ?? Number.POSITIVE_INFINITY, end?.atMs ?? from);
      return sum + Math.max(0, to - from);
    }, 0);
}
