import { median } from '../../statistics/percentile.ts';
import type { BusyNodes } from './busy-nodes.ts';
import { type JournalCost, journalCostMedians } from './journal-cost.ts';
import type { FailoverTurn } from './turn.ts';

export interface FailoverMeasurements {
  readonly turns: readonly FailoverTurn[];
  readonly busy: BusyNodes | null;
  readonly costs: readonly JournalCost[];
}

/** The figures: durations are medians over the turns, counts of things that must not happen are their worst. */
export function failoverFigures(
  { turns, busy, costs }: FailoverMeasurements,
  prefix: string,
): Record<string, number> {
  const mid = (value: (turn: FailoverTurn) => number) => median(turns.map(value));
  const worst = (value: (turn: FailoverTurn) => number) => Math.max(...turns.map(value));
  const cost = costs.length === 0 ? null : journalCostMedians(costs);
  const figures: Record<string, number | null> = {
    rooms: mid((turn) => turn.rooms),
    bots: mid((turn) => turn.bots),
    kill_to_first_state_p50_ms: mid((turn) => turn.killToFirstStateMs.p50),
    kill_to_first_state_p99_ms: mid((turn) => turn.killToFirstStateMs.p99),
    kill_to_first_state_max_ms: worst((turn) => turn.killToFirstStateMs.max),
    recovered_sessions_ratio: Math.min(...turns.map((turn) => turn.recoveredRatio)),
    lost_patches_max: worst((turn) => turn.lostPatchesMax),
    double_owner_count: worst((turn) => turn.doubleOwners),
    drain_pause_p50_ms: mid((turn) => turn.drainPauseMs.p50),
    drain_pause_p95_ms: mid((turn) => turn.drainPauseMs.p95),
    rolling_deploy_pause_p95_ms: mid((turn) => turn.deployPauseMs.p95),
    rolling_deploy_lost_rooms: worst((turn) => turn.deployLostRooms),
    rolling_deploy_kicked: worst((turn) => turn.deployKicked),
    first_join_after_kill_ms: mid((turn) => turn.firstJoinAfterKillMs),
    failed_joins_after_kill: worst((turn) => turn.failedJoinsAfterKill),
    false_failovers: busy?.falseFailovers ?? null,
    journal_cpu_ratio: cost?.cpuRatio ?? null,
    journal_redis_bytes_per_s: cost?.redisBytesPerSecond ?? null,
    broken_invariants: new Set(
      [...turns, ...(busy === null ? [] : [busy])].flatMap(({ verdicts }) =>
        verdicts.filter(({ breaches }) => breaches.length > 0).map(({ id }) => id),
      ),
    ).size,
  };
  return Object.fromEntries(
    Object.entries(figures)
      .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
      .map(([name, value]) => [`${prefix}${name}`, Math.round(value * 1_000) / 1_000]),
  );
}
