import { percentile } from '../../statistics/percentile.ts';
import { rttMsBetween, WORLD_PLACES } from '../../world/world-places.ts';
import type { Journey } from './regional-player.ts';

/** Round trip up to which an action game is fair, as the queue's rules begin, ms. */
const CAP_MS = 80;
/** A region that is worse by less than this is no wrong one: nobody notices, and the pool weighs skill and waiting against it. */
const TOLERANCE_MS = 10;

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
    matches_across_homes: matches.filter((match) => new Set(match.map(({ home }) => home)).size > 1)
      .length,
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
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]),
  );
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

function percentileOf(values: readonly number[], percent: number): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    percent,
  );
}
