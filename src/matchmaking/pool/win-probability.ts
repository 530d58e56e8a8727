import type { Skill } from './ticket.ts';

/** Odds of 10 : 1 are 400 rating points. */
const POINTS_TO_LOGIT = Math.LN10 / 400;

/**
 * The chance of each team to come first, 0 to 1; they add up to 1. Logistic in the difference of the teams' mean skills; the less is
 * known of the players, the nearer it is to even odds, by the same factor as in Glicko (Glickman 1999, eq. 3): what is compared is
 * the means of teams, whose deviation is `√(Σσ²) / n`. With more than two teams, Luce's choice rule.
 *
 * @param teams - none of them empty
 */
export function winProbabilities(teams: readonly (readonly Skill[])[]): readonly number[] {
  const variances = teams.map((team) => sum(team, ({ sigma }) => sigma ** 2) / team.length ** 2);
  // Of the difference of two teams: with two teams, the sum of their variances.
  const variance = (2 * sum(variances, (it) => it)) / teams.length;
  const damping = 1 / Math.sqrt(1 + (3 * POINTS_TO_LOGIT ** 2 * variance) / Math.PI ** 2);
  const means = teams.map((team) => sum(team, ({ mu }) => mu) / team.length);
  // Relative to the strongest, so that no exponential overflows.
  const strongest = Math.max(...means);
  const odds = means.map((mean) => Math.exp(POINTS_TO_LOGIT * damping * (mean - strongest)));
  const total = sum(odds, (it) => it);
  return odds.map((it) => it / total);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
