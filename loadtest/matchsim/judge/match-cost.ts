import type { SimTicket } from '../model/sim-ticket.ts';
import { splitTeams } from './team-split.ts';

/**
 * What a match costs, in points: the production rules' default weights, written down a second time so that the judge does not
 * depend on the code it judges.
 */
const WEIGHTS = { teamGap: 2.5, spread: 0.5, latency: 1.2 } as const;
/** Latency nobody notices. */
const LATENCY_FREE_MS = 60;

/**
 * Cost of a match in a region. Spread is between parties, as the rules have it.
 *
 * @param teamGap - between the teams' means, rating points
 */
export function matchCost(tickets: readonly SimTicket[], region: number, teamGap: number): number {
  const ratings = tickets.map(({ rating }) => rating);
  const worstMs = Math.max(...tickets.map(({ latencyMs }) => latencyMs[region] as number));
  return (
    WEIGHTS.teamGap * teamGap +
    WEIGHTS.spread * (Math.max(...ratings) - Math.min(...ratings)) +
    WEIGHTS.latency * Math.max(0, worstMs - LATENCY_FREE_MS)
  );
}

/** Cost with the best teams in the cheapest region; infinity when these tickets make no two teams. */
export function cheapestCost(tickets: readonly SimTicket[], teamSize: number): number {
  const gap = splitTeams(tickets, teamSize)?.gap;
  if (gap === undefined) return Number.POSITIVE_INFINITY;
  const regions = [...(tickets[0]?.latencyMs.keys() ?? [])];
  return Math.min(...regions.map((region) => matchCost(tickets, region, gap)));
}
