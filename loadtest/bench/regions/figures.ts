import { valueAt } from '../../../src/matchmaking/pool/expansion.ts';
import { actionRules } from '../../../src/matchmaking/pool/rule-set.ts';
import { percentile } from '../../statistics/percentile.ts';
import { rttMsBetween, WORLD_PLACES } from '../../world/world-places.ts';
import type { Journey } from './regional-player.ts';

/** Round trip up to which an action game is fair, as the queue's rules begin, ms. */
const CAP_MS = 80;
/** A region that is worse by less than this is no wrong one: nobody notices, and the pool weighs skill and waiting against it. */
const TOLERANCE_MS = 10;

/** Round trips up to which a player may be seated after a wait: those of the queues. */
const RULES = actionRules({ count: 2, playersPerTeam: 2 });

export interface LeftBehind {
  readonly tickets: number;
  readonly seats: number;
}

/** The figures of one run. */
export function regionsFigures(
  journeys: readonly Journey[],
  { failed, left }: { readonly failed: number; readonly left: LeftBehind },
): Record<string, number> {
  const matches = [...Map.groupBy(journeys, ({ seat }) => seat.matchId).values()];
  const actionsMs = journeys
    .filter(({ home, seat }) => rttMsBetween(home, seat.regionId) <= CAP_MS)
    .flatMap((journey) => journey.actionsMs);
  const waitsMs = journeys.map(({ waitMs }) => waitMs);
  const wrong = matches.filter((match) => extraMs(match) > TOLERANCE_MS).length;
  const figures = {
    players: journeys.length,
    failed_players: failed,
    matches: matches.length,
    matches_across_homes: matches.filter(isAcrossHomes).length,
    wrong_region_ratio: wrong / matches.length,
    within_cap_ratio:
      journeys.filter(({ home, seat }) => rttMsBetween(home, seat.regionId) <= CAP_MS).length /
      journeys.length,
    action_p50_ms: percentileOf(actionsMs, 50),
    action_p95_ms: percentileOf(actionsMs, 95),
    wait_p50_ms: percentileOf(waitsMs, 50),
    wait_p95_ms: percentileOf(waitsMs, 95),
    probe_error_p95_ms: percentileOf(journeys.flatMap(probeErrorsMs), 95),
    leaked_tickets: left.tickets,
    leaked_seats: left.seats,
  };
  return rounded(figures);
}

/**
 * The figures of the rare queues: of matches whose players are at home in different regions, so that one of them had to be chosen.
 *
 * @param failed - of these queues
 */
export function crossFigures(journeys: readonly Journey[], failed: number): Record<string, number> {
  const all = [...Map.groupBy(journeys, ({ seat }) => seat.matchId).values()];
  const matches = all.filter(isAcrossHomes);
  const players = matches.flat();
  const waitsMs = players.map(({ waitMs }) => waitMs);
  const actionsMs = players.flatMap((it) => it.actionsMs);
  const figures = {
    cross_players: journeys.length,
    cross_failed_players: failed,
    cross_matches: matches.length,
    cross_matches_ratio: matches.length / all.length,
    cross_wrong_region_ratio:
      matches.filter((match) => extraMs(match) > TOLERANCE_MS).length / matches.length,
    cross_extra_max_ms: Math.max(...matches.map(extraMs)),
    cross_within_cap_ratio: players.filter(isWithinCap).length / players.length,
    cross_away_ratio:
      players.filter(({ home, seat }) => home !== seat.regionId).length / players.length,
    cross_action_p50_ms: percentileOf(actionsMs, 50),
    cross_action_p95_ms: percentileOf(actionsMs, 95),
    cross_action_beyond_way_p95_ms: percentileOf(players.flatMap(beyondWayMs), 95),
    cross_wait_p50_ms: percentileOf(waitsMs, 50),
    cross_wait_p95_ms: percentileOf(waitsMs, 95),
  };
  return rounded(figures);
}

function isAcrossHomes(match: readonly Journey[]): boolean {
  return new Set(match.map(({ home }) => home)).size > 1;
}

/** Whether his region is within what his wait allowed, by the true way there. */
function isWithinCap({ home, seat, waitMs }: Journey): boolean {
  const nearestMs = Math.min(...WORLD_PLACES.map(({ id }) => rttMsBetween(home, id)));
  const { capMs, slackMs, ceilingMs } = RULES.latency;
  const cap = Math.min(ceilingMs, Math.max(valueAt(capMs, waitMs), nearestMs + slackMs));
  return rttMsBetween(home, seat.regionId) <= cap;
}

/** What an action took longer than its way, ms. */
function beyondWayMs({ home, seat, actionsMs }: Journey): readonly number[] {
  return actionsMs.map((ms) => ms - rttMsBetween(home, seat.regionId));
}

/** By how much the worst player of a match is farther from its region than from the region that is best for its worst, ms. */
function extraMs(match: readonly Journey[]): number {
  const worstMs = (regionId: string) =>
    Math.max(...match.map(({ home }) => rttMsBetween(home, regionId)));
  const chosen = match[0]?.seat.regionId ?? '';
  return worstMs(chosen) - Math.min(...WORLD_PLACES.map(({ id }) => worstMs(id)));
}

/** What the regions measured beyond the true round trip, ms. */
function probeErrorsMs({ home, measuredMs }: Journey): readonly number[] {
  return Object.entries(measuredMs).map(([regionId, ms]) => ms - rttMsBetween(home, regionId));
}

/** What was not measured is absent. */
function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]),
  );
}

function percentileOf(values: readonly number[], percent: number): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    percent,
  );
}
