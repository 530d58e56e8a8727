// How many tickets a second a region seats: doubled while it keeps up, then halved between the last it kept up with and the first it did not.

import { percentile } from '../../statistics/percentile.ts';
import { type Arrival, entryMs, waitMs } from './arrival.ts';

/** Wait p95 up to which a rate counts as sustained, ms: several passes of the matcher, and what a room takes. */
export const SUSTAINED_WAIT_MS = 1_500;
const FIRST_RATE = 80;
const GROWTH = 1.6;

export interface CapacityTry {
  readonly perSecond: number;
  readonly isSustained: boolean;
  readonly waitP95Ms: number;
  readonly entryP95Ms: number;
  readonly refused: number;
  readonly seated: number;
  readonly asked: number;
}

/**
 * The next rate to try, tickets per second; null: the search is over.
 *
 * @param bisections - tries after the first that was not sustained
 */
export function nextRate(tries: readonly CapacityTry[], bisections: number): number | null {
  const failed = tries.filter(({ isSustained }) => !isSustained).map((it) => it.perSecond);
  const low = sustainedRate(tries);
  if (failed.length === 0) return Math.round(low === 0 ? FIRST_RATE : low * GROWTH);
  const high = Math.min(...failed);
  if (low === 0) return high > 2 ? Math.round(high / 2) : null;
  const sinceFirst = tries.length - 1 - tries.findIndex(({ isSustained }) => !isSustained);
  if (sinceFirst >= bisections || high / low < 1.1) return null;
  return Math.round((low + high) / 2);
}

/** The highest rate that was sustained; 0: none was. */
export function sustainedRate(tries: readonly CapacityTry[]): number {
  const failed = tries.filter(({ isSustained }) => !isSustained).map((it) => it.perSecond);
  const limit = Math.min(Number.POSITIVE_INFINITY, ...failed);
  const passed = tries.filter(({ isSustained }) => isSustained).map((it) => it.perSecond);
  return Math.max(0, ...passed.filter((it) => it < limit));
}

/** @param arrivals - of a try, after what was under way has had its time */
export function judgeTry(perSecond: number, arrivals: readonly Arrival[]): CapacityTry {
  const waits = sorted(arrivals.flatMap((it) => waitMs(it) ?? []));
  const entries = sorted(arrivals.flatMap((it) => entryMs(it) ?? []));
  const refused = arrivals.filter(({ answer }) => answer?.kind !== 'entered').length;
  const waitP95Ms = percentile(waits, 95);
  // The last few may lack partners.
  const isSeated = waits.length >= arrivals.length - refused - 3;
  return {
    perSecond,
    isSustained: refused === 0 && isSeated && waitP95Ms <= SUSTAINED_WAIT_MS,
    waitP95Ms: Math.round(waitP95Ms),
    entryP95Ms: Math.round(percentile(entries, 95)),
    refused,
    seated: waits.length,
    asked: arrivals.length,
  };
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
