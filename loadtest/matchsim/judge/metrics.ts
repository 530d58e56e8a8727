import { percentile } from '../../statistics/percentile.ts';
import { type Summary, summarise } from '../../statistics/summary.ts';
import type { Ledger, PlayerRecord } from './ledger.ts';
import type { JudgedMatch } from './match-judge.ts';

/** The quality of a contender's matches. Players count, not tickets: a party of five is five who wait. */
export interface MatchMetrics {
  readonly players: number;
  readonly matches: number;
  /** Players that were matched, of all that came. Who still waits at the end was not. */
  readonly matchedRatio: number;
  /** Players that waited {@link PATIENCE_MS} or longer, matched after that or not, of all that came. */
  readonly timedOutRatio: number;
  /** Of the matched, s. */
  readonly waitS: Summary;
  /** Rating points between the teams' means. */
  readonly teamGap: Summary;
  /** |p - 0.5|. */
  readonly unevenness: Summary;
  /** Rating points between the strongest and the weakest player of a match. */
  readonly spread: Summary;
  /** Of the matched: each with his party's worst, as matchmakers see it. */
  readonly latencyMs: Summary;
  /** Of the matched, each with his own. */
  readonly ownLatencyMs: Summary;
  readonly latencySpreadMs: Summary;
  /** Points of the production rules. */
  readonly cost: Summary;
  /** Matched players whose party has more than {@link LATENCY_CAP_MS}, and more than 10 ms above its nearest region. */
  readonly overCapRatio: number;
  readonly waitP95S: WaitParity;
  /** Mean squared error of the forecast chance; 0.25 is a coin. */
  readonly brier: number;
  /** What `brier` would be if the forecasts were the true chances. */
  readonly brierExpected: number;
}

/** Wait p95 of players who are harder to match, s. NaN: there were none. */
export interface WaitParity {
  readonly strongest5Percent: number;
  readonly weakest5Percent: number;
  readonly fullTeams: number;
}

/** Longer than this nobody waits, s; the production rules' timeout. */
export const PATIENCE_MS = 120_000;
/** What an action game wants. */
export const LATENCY_CAP_MS = 80;
const SLACK_MS = 10;

export function metricsOf({ players, matches }: Ledger, teamSize: number): MatchMetrics {
  const matched = players.filter(({ latencyMs }) => latencyMs !== null);
  const each = (read: (match: JudgedMatch) => number) => summarise(matches.map(read));
  return {
    players: players.length,
    matches: matches.length,
    matchedRatio: matched.length / players.length,
    timedOutRatio: shareOf(players, ({ waitedMs }) => waitedMs >= PATIENCE_MS),
    waitS: summarise(matched.map(({ waitedMs }) => waitedMs / 1_000)),
    teamGap: each(({ teamGap }) => teamGap),
    unevenness: each(({ unevenness }) => unevenness),
    spread: each(({ spread }) => spread),
    latencyMs: summarise(matched.map(({ latencyMs }) => latencyMs ?? 0)),
    ownLatencyMs: summarise(matched.map(({ ownLatencyMs }) => ownLatencyMs ?? 0)),
    latencySpreadMs: each(({ latencySpreadMs }) => latencySpreadMs),
    cost: each(({ cost }) => cost),
    overCapRatio: shareOf(matched, isOverCap),
    waitP95S: parityOf(players, matched, teamSize),
    brier: meanOf(matches, ({ forecast, hasFirstWon }) => (forecast - (hasFirstWon ? 1 : 0)) ** 2),
    brierExpected: meanOf(matches, ({ forecast }) => forecast * (1 - forecast)),
  };
}

function isOverCap({ latencyMs, nearestMs }: PlayerRecord): boolean {
  return (latencyMs ?? 0) > Math.max(LATENCY_CAP_MS, nearestMs + SLACK_MS);
}

function parityOf(
  all: readonly PlayerRecord[],
  matched: readonly PlayerRecord[],
  teamSize: number,
): WaitParity {
  const ratings = Float64Array.from(all, ({ rating }) => rating).sort();
  const [weak, strong] = [percentile(ratings, 5), percentile(ratings, 95)];
  const p95 = (isOne: (player: PlayerRecord) => boolean) =>
    summarise(matched.filter(isOne).map(({ waitedMs }) => waitedMs / 1_000)).p95;
  return {
    strongest5Percent: p95(({ rating }) => rating > strong),
    weakest5Percent: p95(({ rating }) => rating <= weak),
    fullTeams: p95(({ partySize }) => partySize === teamSize && teamSize > 1),
  };
}

function shareOf<T>(items: readonly T[], isOne: (item: T) => boolean): number {
  return items.filter(isOne).length / items.length;
}

function meanOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / items.length;
}
