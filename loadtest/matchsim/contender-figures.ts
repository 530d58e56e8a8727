import type { ContenderName } from './contenders/contenders.ts';
import type { SimulationRun } from './simulate.ts';

/** The figures of one contender's run, each with `suffix` behind its name; what was not seen is absent. */
export function contenderFigures(
  { metrics, cpuMsPer1000Tickets }: SimulationRun,
  suffix: string,
): Record<string, number> {
  const { waitS, teamGap, unevenness, spread, latencyMs, waitP95S } = metrics;
  const figures = {
    wait_p50_s: waitS.p50,
    wait_p95_s: waitS.p95,
    wait_p99_s: waitS.p99,
    matched_ratio: metrics.matchedRatio,
    timed_out_ratio: metrics.timedOutRatio,
    team_gap_p50: teamGap.p50,
    team_gap_p95: teamGap.p95,
    unevenness_mean: unevenness.mean,
    unevenness_p95: unevenness.p95,
    spread_p50: spread.p50,
    latency_p50_ms: latencyMs.p50,
    latency_p95_ms: latencyMs.p95,
    own_latency_p95_ms: metrics.ownLatencyMs.p95,
    over_cap_ratio: metrics.overCapRatio,
    strongest_wait_p95_s: waitP95S.strongest5Percent,
    weakest_wait_p95_s: waitP95S.weakest5Percent,
    full_team_wait_p95_s: waitP95S.fullTeams,
    brier: metrics.brier,
    cpu_ms_per_1000_tickets: cpuMsPer1000Tickets,
  };
  return renamed(figures, (name) => `${name}${suffix}`);
}

/** As part of a figure's name. */
export function figureNameOf(contender: ContenderName): string {
  return contender.replaceAll('-', '_');
}

/** Figures under other names, to a ten-thousandth; without those that are no numbers. */
export function renamed(
  figures: Readonly<Record<string, number>>,
  rename: (name: string) => string,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [rename(name), Math.round(value * 10_000) / 10_000]),
  );
}
