import type { Backlog } from '../../matchsim/backlog.ts';
import { contenderFigures, figureNameOf, renamed } from '../../matchsim/contender-figures.ts';
import type { SimulationRun } from '../../matchsim/simulate.ts';
import type { SmallSets } from '../../matchsim/small-sets.ts';
import { median } from '../../statistics/percentile.ts';

/** The rate whose figures have plain names, tickets per second. */
export const MAIN_RATE = 20;
/** A contender that leaves more players waiting than this is no peer: whoever matches few can choose well. */
export const PEER_MATCHED_RATIO = 0.985;

/** All contenders at one rate of arrivals. */
export interface RateRuns {
  readonly ticketsPerSecond: number;
  readonly runs: readonly SimulationRun[];
}

export interface MatchmakingMeasurements {
  readonly rates: readonly RateRuns[];
  readonly smallSets: readonly SmallSets[];
  /** Passes over the smaller queue, then over the larger; the larger is left out of a quick run. */
  readonly smallBacklogs: readonly Backlog[];
  readonly largeBacklogs: readonly Backlog[];
}

/** The other with the smallest team gap p95 of those that match enough; null: none does. */
export function bestPeer(runs: readonly SimulationRun[]): SimulationRun | null {
  const peers = runs
    .filter(({ contender }) => contender !== 'meridian')
    .filter(({ metrics }) => metrics.matchedRatio >= PEER_MATCHED_RATIO)
    .sort((a, b) => a.metrics.teamGap.p95 - b.metrics.teamGap.p95);
  return peers[0] ?? null;
}

/** The report's figures; `prefix` goes before every name. */
export function matchmakingFigures(
  { rates, smallSets, smallBacklogs, largeBacklogs }: MatchmakingMeasurements,
  prefix: string,
): Record<string, number> {
  const main = rates.find(({ ticketsPerSecond }) => ticketsPerSecond === MAIN_RATE)?.runs ?? [];
  const ours = main.find(({ contender }) => contender === 'meridian');
  const peer = bestPeer(main);
  const figures: Record<string, number> = {
    team_gap_p95_ratio_vs_best_peer:
      (ours?.metrics.teamGap.p95 ?? Number.NaN) / (peer?.metrics.teamGap.p95 ?? Number.NaN),
    ...(ours === undefined ? {} : contenderFigures(ours, '')),
    ...costRatios(smallSets),
    tickets_per_second: median(smallBacklogs.map(throughput)),
    pass_10k_tickets_per_second: median(smallBacklogs.map(passThroughput)),
    pass_10k_s: median(smallBacklogs.map(({ passMs }) => passMs / 1_000)),
    pass_10k_longest_slice_ms: worst(smallBacklogs, ({ longestSliceMs }) => longestSliceMs),
    pass_100k_s: median(largeBacklogs.map(({ passMs }) => passMs / 1_000)),
    pass_100k_cpu_s: median(largeBacklogs.map(({ passCpuMs }) => passCpuMs / 1_000)),
    pass_100k_longest_slice_ms: worst(largeBacklogs, ({ longestSliceMs }) => longestSliceMs),
    pass_100k_longest_slice_cpu_ms: worst(largeBacklogs, (it) => it.longestSliceCpuMs),
    pass_100k_longest_own_slice_ms: worst(largeBacklogs, (it) => it.longestOwnSliceMs),
    pass_100k_matched_ratio: median(
      largeBacklogs.map(({ matchedTickets, tickets }) => matchedTickets / tickets),
    ),
  };
  for (const { ticketsPerSecond, runs } of rates) {
    for (const run of runs) {
      const suffix = `_rate_${ticketsPerSecond}_${figureNameOf(run.contender)}`;
      Object.assign(figures, contenderFigures(run, suffix));
    }
  }
  return renamed(figures, (name) => `${prefix}${name}`);
}

/** Tickets matched per second of CPU, from `add` to the match. */
function throughput({ matchedTickets, addCpuMs, passCpuMs }: Backlog): number {
  return (matchedTickets / (addCpuMs + passCpuMs)) * 1_000;
}

/** Without adding them. */
function passThroughput({ matchedTickets, passCpuMs }: Backlog): number {
  return (matchedTickets / passCpuMs) * 1_000;
}

/** Of all passes: one long slice is one long freeze, however short the others were. */
function worst(backlogs: readonly Backlog[], value: (backlog: Backlog) => number): number {
  if (backlogs.length === 0) return Number.NaN;
  return Math.max(...backlogs.map(value));
}

/** Ours under plain names; those of others have theirs behind. */
function costRatios(smallSets: readonly SmallSets[]): Record<string, number> {
  const entries = smallSets.map(({ contender, kind, costRatioMean }): [string, number] => {
    const name = kind === 'evening' ? 'cost_ratio_vs_optimum' : 'snapshot_cost_ratio_vs_optimum';
    const suffix = contender === 'meridian' ? '' : `_${figureNameOf(contender)}`;
    return [`${name}${suffix}`, costRatioMean];
  });
  return Object.fromEntries(entries);
}
