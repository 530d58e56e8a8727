import type { SimTicket } from '../model/sim-ticket.ts';

/** Two teams of whole parties. */
export interface TeamSplit {
  readonly teams: readonly [readonly SimTicket[], readonly SimTicket[]];
  /** Difference of the teams' mean ratings, rating points. */
  readonly gap: number;
}

/**
 * The split with the smallest gap, found by trying all (at most 2^9 for ten players); the first of equals.
 *
 * @returns null when the parties do not add up to two teams of `teamSize`
 */
export function splitTeams(tickets: readonly SimTicket[], teamSize: number): TeamSplit | null {
  // The last ticket always stays in the second team: its mirror image is the same split.
  const masks = 1 << Math.max(0, tickets.length - 1);
  let best = -1;
  let bestGap = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < masks; mask++) {
    const gap = gapOf(tickets, mask, teamSize);
    if (gap < bestGap) [best, bestGap] = [mask, gap];
  }
  if (best < 0) return null;
  const isFirst = (_: SimTicket, place: number) => ((best >> place) & 1) === 1;
  const first = tickets.filter(isFirst);
  return { teams: [first, tickets.filter((ticket) => !first.includes(ticket))], gap: bestGap };
}

/** Infinity unless both teams are full. */
function gapOf(tickets: readonly SimTicket[], mask: number, teamSize: number): number {
  let players = 0;
  let all = 0;
  let difference = 0;
  for (let place = 0; place < tickets.length; place++) {
    const { members, rating } = tickets[place] as SimTicket;
    const size = members.length;
    all += size;
    if (((mask >> place) & 1) === 1) {
      players += size;
      difference += rating * size;
    } else {
      difference -= rating * size;
    }
  }
  const isFull = players === teamSize && all === 2 * teamSize;
  return isFull ? Math.abs(difference) / teamSize : Number.POSITIVE_INFINITY;
}
