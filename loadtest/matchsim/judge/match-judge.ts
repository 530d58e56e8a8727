import type { SimMatch } from '../contenders/contender.ts';
import type { RandomSource } from '../model/random-source.ts';
import type { SimMember, SimTicket } from '../model/sim-ticket.ts';
import { matchCost } from './match-cost.ts';
import { splitTeams } from './team-split.ts';
import { winProbability } from './win-probability.ts';

/** A match as it is measured, the same for everybody. */
export interface JudgedMatch {
  /** Difference of the teams' mean ratings, rating points. */
  readonly teamGap: number;
  /** In the points of the production rules. */
  readonly cost: number;
  /** |p - 0.5| by Elo from `teamGap`. */
  readonly unevenness: number;
  /** Strongest player against the weakest, rating points. */
  readonly spread: number;
  /** Slowest player against the fastest, ms. */
  readonly latencySpreadMs: number;
  /** Chance of the first team as forecast before the game. */
  readonly forecast: number;
  readonly hasFirstWon: boolean;
}

/** A match breaks a rule of the game: a fault of the contender, never a matter of quality. */
export class ImpossibleMatchError extends Error {
  constructor(reason: string, { tickets }: SimMatch) {
    super(`${reason}: ${tickets.map(({ id }) => id).join(', ')}`);
    this.name = 'ImpossibleMatchError';
  }
}

/**
 * Measures a match and plays it. Who wins is drawn from the players' skill, which no contender sees.
 *
 * @throws ImpossibleMatchError when the teams are not two full ones of whole parties
 */
export function judgeMatch(match: SimMatch, teamSize: number, random: RandomSource): JudgedMatch {
  const [first, second] = teamsOf(match, teamSize).map((team) =>
    team.flatMap(({ members }) => members),
  ) as [SimMember[], SimMember[]];
  const lead = meanOf(first, ratingOf) - meanOf(second, ratingOf);
  const ratings = [...first, ...second].map(ratingOf);
  const latenciesMs = [...first, ...second].map(
    ({ latencyMs }) => latencyMs[match.region] as number,
  );
  const chance = winProbability(meanOf(first, skillOf) - meanOf(second, skillOf));
  return {
    teamGap: Math.abs(lead),
    cost: matchCost(match.tickets, match.region, Math.abs(lead)),
    unevenness: Math.abs(winProbability(lead) - 0.5),
    spread: Math.max(...ratings) - Math.min(...ratings),
    latencySpreadMs: Math.max(...latenciesMs) - Math.min(...latenciesMs),
    forecast: match.winProbability ?? winProbability(lead),
    hasFirstWon: random.uniform() < chance,
  };
}

function teamsOf(match: SimMatch, teamSize: number): readonly (readonly SimTicket[])[] {
  const teams = match.teams ?? splitTeams(match.tickets, teamSize)?.teams;
  if (teams === undefined) throw new ImpossibleMatchError('no two teams of whole parties', match);
  for (const team of teams) {
    const players = team.reduce((sum, { members }) => sum + members.length, 0);
    if (players !== teamSize) throw new ImpossibleMatchError(`a team of ${players}`, match);
  }
  const inTeams = new Set(teams.flat());
  const isWhole = match.tickets.every((ticket) => inTeams.has(ticket));
  if (!isWhole || inTeams.size !== match.tickets.length) {
    throw new ImpossibleMatchError('the teams are not made of the tickets', match);
  }
  return teams;
}

const ratingOf = ({ rating }: SimMember) => rating;
const skillOf = ({ skill }: SimMember) => skill;

function meanOf(members: readonly SimMember[], value: (member: SimMember) => number): number {
  return members.reduce((sum, member) => sum + value(member), 0) / members.length;
}
