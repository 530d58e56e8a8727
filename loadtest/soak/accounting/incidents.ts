import type { UnplayedSecond } from './availability.ts';

/** A fault as it was done. Moments are of the machine's clock. */
export interface DoneFault {
  readonly kind: string;
  /** For people. */
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Whose players may feel it. */
  readonly regionIds: readonly string[];
}

/** What players felt of one cause; nothing, when it cost nobody a second. */
export interface Incident {
  readonly cause: string;
  /** The fault, or null: nobody ordered it. */
  readonly kind: string | null;
  /** Of the machine's clock: of the fault, or of the first second that was not played. */
  readonly atMs: number;
  readonly players: number;
  readonly unplayedSeconds: number;
  /** Longest time for which a player had no fresher state, ms. */
  readonly longestGapMs: number;
  /** Slowest of the 95th percentiles of the seconds' actions, ms. */
  readonly slowestActionsMs: number;
  readonly regionIds: readonly string[];
}

/** After a fault is over, what is felt is its doing for so long. */
const FELT_FOR_MS = 10_000;
/** Seconds that nobody ordered belong together when no more than this lies between them. */
const APART_S = 3;
/** Ways of players lead through the soak's own process: a pause of it is one of the machine, and felt by everybody. */
const MACHINE_PAUSE_MS = 100;
const SECOND_MS = 1_000;

/**
 * Every fault with what was felt of it, and what was felt without one.
 *
 * @param pauses - longest pause of the soak's own process in each second, ms
 */
export function incidentsOf(
  unplayed: readonly UnplayedSecond[],
  faults: readonly DoneFault[],
  pauses: ReadonlyMap<number, number>,
): readonly Incident[] {
  const byFault = Map.groupBy(unplayed, (second) => faultBehind(second, faults));
  const ordered = faults.map((fault) =>
    incidentOf(byFault.get(fault) ?? [], {
      ...{ cause: fault.what, kind: fault.kind, atMs: fault.fromMs },
      regionIds: fault.regionIds,
    }),
  );
  const unordered = clustersOf(byFault.get(null) ?? []).map((cluster) =>
    incidentOf(cluster, {
      cause: unorderedCause(cluster, pauses),
      kind: null,
      atMs: (cluster[0]?.second ?? 0) * SECOND_MS,
      regionIds: [...new Set(cluster.map(({ regionId }) => regionId))],
    }),
  );
  return [...ordered, ...unordered].toSorted((a, b) => a.atMs - b.atMs);
}

function faultBehind(
  { second, regionId, home }: UnplayedSecond,
  faults: readonly DoneFault[],
): DoneFault | null {
  const found = faults.findLast(
    ({ fromMs, toMs, regionIds }) =>
      (second + 1) * SECOND_MS > fromMs &&
      second * SECOND_MS < toMs + FELT_FOR_MS &&
      (regionIds.includes(regionId) || regionIds.includes(home)),
  );
  return found ?? null;
}

function clustersOf(unplayed: readonly UnplayedSecond[]): readonly (readonly UnplayedSecond[])[] {
  const clusters: UnplayedSecond[][] = [];
  let newest = Number.NEGATIVE_INFINITY;
  for (const one of unplayed.toSorted((a, b) => a.second - b.second)) {
    if (one.second - newest > APART_S) clusters.push([]);
    clusters.at(-1)?.push(one);
    newest = one.second;
  }
  return clusters;
}

function unorderedCause(
  cluster: readonly UnplayedSecond[],
  pauses: ReadonlyMap<number, number>,
): string {
  const longestMs = Math.max(
    ...cluster.flatMap(({ second }) =>
      // What is late in a second may have waited since the one before.
      [second - 1, second, second + 1].map((near) => pauses.get(near) ?? 0),
    ),
  );
  return longestMs >= MACHINE_PAUSE_MS
    ? `nobody ordered it; the machine paused for ${Math.round(longestMs)} ms`
    : 'nobody ordered it, and nothing explains it';
}

function incidentOf(
  unplayed: readonly UnplayedSecond[],
  known: Pick<Incident, 'cause' | 'kind' | 'atMs' | 'regionIds'>,
): Incident {
  return {
    ...known,
    players: new Set(unplayed.map(({ player }) => player)).size,
    unplayedSeconds: unplayed.length,
    longestGapMs: Math.max(0, ...unplayed.map(({ oldestStateMs }) => oldestStateMs)),
    slowestActionsMs: Math.max(0, ...unplayed.map(({ actionP95Ms }) => actionP95Ms ?? 0)),
  };
}
