import { percentile } from '../../statistics/percentile.ts';
import { type Arrival, entryMs, waitMs } from './arrival.ts';

/** As long as this all must be as before. */
const CALM_MS = 5_000;
/** What counts as before: so much of the steady p95. */
const CALM_RATIO = 1.5;
const STEP_MS = 250;

/** How it was before the burst: 95th percentiles, ms. */
export interface Calm {
  readonly entryP95Ms: number;
  readonly waitP95Ms: number;
}

export function calmOf(arrivals: readonly Arrival[]): Calm {
  return {
    entryP95Ms: p95(arrivals.flatMap((it) => entryMs(it) ?? [])),
    waitP95Ms: p95(arrivals.flatMap((it) => waitMs(it) ?? [])),
  };
}

/**
 * From the end of the burst to the first moment from which all who come in five seconds get in, and both 95th percentiles are within
 * 1.5 times those of before.
 *
 * @param after - who came after the burst, in order
 * @param burstEndedAtMs - of the same clock as they
 * @returns seconds; NaN when it did not come to that
 */
export function recoverySeconds(
  after: readonly Arrival[],
  before: Calm,
  burstEndedAtMs: number,
): number {
  const lastMs = after.at(-1)?.dueAtMs ?? Number.NEGATIVE_INFINITY;
  for (let fromMs = burstEndedAtMs; fromMs + CALM_MS <= lastMs; fromMs += STEP_MS) {
    const window = after.filter(({ dueAtMs }) => dueAtMs >= fromMs && dueAtMs < fromMs + CALM_MS);
    if (isCalm(window, before)) return (fromMs - burstEndedAtMs) / 1_000;
  }
  return Number.NaN;
}

function isCalm(window: readonly Arrival[], before: Calm): boolean {
  if (window.length === 0 || !window.every(({ answer }) => answer?.kind === 'entered'))
    return false;
  const { entryP95Ms, waitP95Ms } = calmOf(window);
  return entryP95Ms <= CALM_RATIO * before.entryP95Ms && waitP95Ms <= CALM_RATIO * before.waitP95Ms;
}

function p95(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 95);
}
