import type { MatchTicketBody, PartyBody } from '@meridian/client';
import { SQUAD_SIZE } from '../../shared/rules.ts';

/** One line on how the squad is doing. @param waitedMs - since the search began */
export function statusOf(
  party: PartyBody | null,
  ticket: MatchTicketBody | null,
  { waitedMs, isLeader }: { readonly waitedMs: number; readonly isLeader: boolean },
): string {
  switch (ticket?.state) {
    case 'queued':
    case 'searching': {
      const reach = ticket.state === 'searching' ? `, up to ${ticket.widening.capMs} ms away` : '';
      return `Looking for opponents ${elapsed(waitedMs)}${reach}`;
    }
    case 'matched':
      return 'Opponents found!';
    case 'expired':
      return 'Nobody was found in time. Try again.';
    case 'cancelled':
      if (ticket.by !== 'player') return 'The squad has changed: search again.';
      break;
    case 'lost':
      return ticket.error.message;
  }
  if (party === null) return 'Make a squad and tell a friend its code, or join by his.';
  if (!isLeader) return 'The leader starts the search.';
  return party.members.length < SQUAD_SIZE
    ? 'Send the code to a friend. Alone, you get somebody at your side.'
    : 'Ready.';
}

function elapsed(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
