// The best that could be done with a small set of players, by trying everything.
//
// cheapest[set] is the least cost of making matches of exactly the players in `set` (a bit each). The lowest player of a
// set must be in some match with others of it, so each set asks a few hundred smaller ones: 2^16 sets at most.

import type { SimTicket } from '../model/sim-ticket.ts';
import { cheapestCost } from './match-cost.ts';

/** More would take minutes. */
export const LARGEST_SMALL_SET = 16;

/** A possible match. */
interface Group {
  /** Its players, a bit each. */
  readonly players: number;
  readonly cost: number;
}

/**
 * Least total cost of any number of disjoint matches among tickets of one player each: `[0, of one match, of two, …]`, up to as
 * many as the players suffice for.
 *
 * @throws RangeError for parties, or for more than {@link LARGEST_SMALL_SET} tickets
 */
export function optimalCosts(tickets: readonly SimTicket[], teamSize: number): number[] {
  if (tickets.length > LARGEST_SMALL_SET) throw new RangeError('too many for trying everything');
  if (tickets.some(({ members }) => members.length > 1)) throw new RangeError('only for players');
  const size = 2 * teamSize;
  const best = Array<number>(1 + Math.floor(tickets.length / size)).fill(Number.POSITIVE_INFINITY);
  const cheapest = new Float64Array(1 << tickets.length).fill(Number.POSITIVE_INFINITY);
  [best[0], cheapest[0]] = [0, 0];
  const groups = groupsByLowest(tickets, teamSize);
  for (let set = 1; set < cheapest.length; set++) {
    const players = bitCount(set);
    if (players % size !== 0) continue;
    const cost = cheapestOf(set, groups.get(set & -set) ?? [], cheapest);
    cheapest[set] = cost;
    const matches = players / size;
    best[matches] = Math.min(best[matches] as number, cost);
  }
  return best;
}

/** With the set's lowest player in each of the groups in turn, and the rest as cheap as can be. */
function cheapestOf(set: number, groups: readonly Group[], cheapest: Float64Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (const { players, cost } of groups) {
    if ((players & set) !== players) continue;
    best = Math.min(best, cost + (cheapest[set ^ players] as number));
  }
  return best;
}

/** Every possible match, by the bit of its lowest player. */
function groupsByLowest(tickets: readonly SimTicket[], teamSize: number): Map<number, Group[]> {
  const byLowest = new Map<number, Group[]>();
  for (let players = 1; players < 1 << tickets.length; players++) {
    if (bitCount(players) !== 2 * teamSize) continue;
    const members = tickets.filter((_, place) => ((players >> place) & 1) === 1);
    const groups = byLowest.get(players & -players) ?? [];
    groups.push({ players, cost: cheapestCost(members, teamSize) });
    byLowest.set(players & -players, groups);
  }
  return byLowest;
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
