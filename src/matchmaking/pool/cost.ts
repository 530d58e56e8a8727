import type { RuleSet } from './rule-set.ts';

/** What a match is judged by. */
export interface MatchFigures {
  /** Between the mean skills of the strongest and the weakest team, rating points. */
  readonly teamGap: number;
  /** Between the mean skills of the strongest and the weakest party, rating points. */
  readonly spread: number;
  /** Worst round trip, ms. */
  readonly latencyMs: number;
}

/** The points of a match; fewer are better. */
export function matchCost(figures: MatchFigures, weights: RuleSet['weights']): number {
  return (
    weights.teamGap * figures.teamGap + costBeforeTeams(figures.spread, figures.latencyMs, weights)
  );
}

/** The part that is known before there are teams: no split of the same players is cheaper. */
export function costBeforeTeams(
  spread: number,
  latencyMs: number,
  weights: RuleSet['weights'],
): number {
  return weights.spread * spread + weights.latency * Math.max(0, latencyMs - weights.latencyFreeMs);
}
