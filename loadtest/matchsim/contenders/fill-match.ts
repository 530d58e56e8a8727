import { splitTeams } from '../judge/team-split.ts';
import type { SimTicket } from '../model/sim-ticket.ts';

/**
 * First fit: takes candidates in their order while they fit.
 *
 * @returns the tickets of a full match that splits into two teams, `seed` first; null when these do not make one
 */
export function fillMatch(
  seed: SimTicket,
  candidates: Iterable<SimTicket>,
  teamSize: number,
): readonly SimTicket[] | null {
  const tickets = [seed];
  let free = 2 * teamSize - seed.members.length;
  for (const candidate of candidates) {
    if (candidate === seed || candidate.members.length > free) continue;
    tickets.push(candidate);
    free -= candidate.members.length;
    if (free === 0) return splitTeams(tickets, teamSize) === null ? null : tickets;
  }
  return null;
}
