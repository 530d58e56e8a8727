import { rate } from 'openskill';
import { plackettLuce } from 'openskill/models';
import type { Skill } from '../pool/ticket.ts';
import { NEW_PLAYER } from './rating.ts';

// Ratings by Weng and Lin's Bayesian approximation of the Plackett-Luce model ("A Bayesian Approximation Method for Online
// Ranking", JMLR 12, 2011, algorithm 4): any number of teams, ties, a closed form.
//
// The model adds up the skills of a team, while here a team is as good as its mean and 400 points of that are 10 : 1 (win-probability.ts).
// Both say the same when the spread of a performance, β, grows with the team: for n players, √2·β = n · 400 / ln 10.
//
// Apart from rating.ts, which every node needs at its start: the library is 150 files, which take a fifth of a second to load.

/** Players change: a game adds so much doubt, rating points. */
const DOUBT_PER_GAME = 3.5;
export interface RatedPlayer extends Skill {
  readonly playerId: string;
}

export interface GameResult {
  readonly teams: readonly (readonly RatedPlayer[])[];
  /** Place of each team, the smallest is the best; equal ones are a tie. */
  readonly ranks: readonly number[];
}

export type RatedGame =
  | { readonly ok: true; readonly teams: readonly (readonly RatedPlayer[])[] }
  | {
      readonly ok: false;
      readonly reason:
        | 'too-few-teams'
        | 'empty-team'
        | 'ranks-do-not-fit'
        | 'duplicate-player'
        | 'not-a-number'
        | 'no-such-place';
    };

/** What is believed of the players after a game, in the order they were given in. Nothing is believed after a result that cannot be. */
export function rateGame(result: GameResult): RatedGame {
  const { teams, ranks } = result;
  const players = teams.flat();
  if (teams.length < 2) return { ok: false, reason: 'too-few-teams' };
  if (teams.some((team) => team.length === 0)) return { ok: false, reason: 'empty-team' };
  if (ranks.length !== teams.length) return { ok: false, reason: 'ranks-do-not-fit' };
  if (new Set(players.map(({ playerId }) => playerId)).size < players.length) {
    return { ok: false, reason: 'duplicate-player' };
  }
  const isNumber = ({ mu, sigma }: Skill) =>
    Number.isFinite(mu) && Number.isFinite(sigma) && sigma > 0;
  if (!players.every(isNumber) || !ranks.every(Number.isFinite)) {
    return { ok: false, reason: 'not-a-number' };
  }
  const perTeam = players.length / teams.length;
  const rated = rate(
    teams.map((team) => team.map(({ mu, sigma }) => ({ mu, sigma }))),
    {
      model: plackettLuce,
      rank: [...ranks],
      beta: (perTeam * 400) / Math.LN10 / Math.SQRT2,
      gamma: fullStep,
      tau: DOUBT_PER_GAME,
      ...NEW_PLAYER,
    },
  );
  return {
    ok: true,
    teams: teams.map((team, t) =>
      team.map(({ playerId }, p) => ({ playerId, ...skillOf(rated[t]?.[p]) })),
    ),
  };
}

/**
 * How much of a game's news about the doubt is believed (γ in the paper, which leaves it open): all. With the library's own choice, σ / c,
 * ratings learned slower and ended further apart than players are (docs/adr/0006-matching.md).
 */
function fullStep(): number {
  return 1;
}

function skillOf(rated: Skill | undefined): Skill {
  if (rated === undefined) throw new TypeError('The model lost a player');
  return { mu: rated.mu, sigma: rated.sigma };
}
