import type { LinkRun } from './link-run.ts';
import type { NeverReadsRun } from './never-reads-run.ts';
import type { SlowClientRun } from './slow-client-run.ts';
import type { Contender } from './wire.ts';

export interface FailedRun {
  readonly kind: 'failed';
  readonly contender: Contender;
  readonly what: string;
  readonly message: string;
}

export type BadLinkRun = LinkRun | SlowClientRun | NeverReadsRun | FailedRun;

/** Figures by name; those of a short run have names of their own. Stock Colyseus' end with `_colyseus`. */
export function badLinkFigures(
  runs: readonly BadLinkRun[],
  isQuick: boolean,
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const run of runs) {
    for (const [name, value] of Object.entries(figuresOf(run))) {
      if (value === null || !Number.isFinite(value)) continue;
      const suffix = run.contender === 'meridian' ? '' : `_${run.contender}`;
      figures[`${isQuick ? 'quick_' : ''}${name}${suffix}`] = Math.round(value * 10_000) / 10_000;
    }
  }
  return figures;
}

function figuresOf(run: BadLinkRun): Readonly<Record<string, number | null>> {
  switch (run.kind) {
    case 'link':
      return run.profile === 'outage' ? outageFigures(run) : linkFigures(run);
    case 'slow-client':
      return slowClientFigures(run);
    case 'never-reads':
      return {
        never_reads_dropped_after_ms: run.droppedAfterMs,
        never_reads_close_code: run.closeCode,
        never_reads_backlog_max_bytes: run.serverBacklogMaxBytes,
        never_reads_used_before_bytes: run.before.usedBytes,
        never_reads_used_after_bytes: run.after.usedBytes,
      };
    case 'failed':
      return {};
  }
}

function linkFigures(run: LinkRun): Readonly<Record<string, number>> {
  const { profile, judged } = run;
  return {
    [`stalled_ratio_${profile}`]: judged.stalledRatio,
    [`stalls_per_minute_${profile}`]: judged.stallsPerMinute,
    [`frozen_ratio_${profile}`]: judged.frozenRatio,
    [`drawn_error_p95_px_${profile}`]: judged.drawnErrorPx.p95,
    [`drawn_error_p99_px_${profile}`]: judged.drawnErrorPx.p99,
    [`${profile}_delay_ms`]: judged.delayMs.mean,
    [`rate_deviation_p95_${profile}`]: judged.rateDeviation.p95,
    [`misprediction_ratio_${profile}`]: judged.mispredictedRatio,
    [`correction_p95_px_${profile}`]: judged.correctionPx.p95,
    [`correction_p99_px_${profile}`]: judged.correctionPx.p99,
    [`input_starved_ratio_${profile}`]: run.starvedRatio,
    [`down_bytes_per_player_per_s_${profile}`]: run.downBytesPerPlayerPerS,
    [`up_bytes_per_player_per_s_${profile}`]: run.upBytesPerPlayerPerS,
  };
}

/** Infinite, and so no figure, when somebody did not come back. */
function outageFigures({ judged }: LinkRun): Readonly<Record<string, number>> {
  const all = judged.resumedAfterMs.map((ms) => ms ?? Number.POSITIVE_INFINITY);
  return {
    resume_after_outage_ms: Math.max(...all),
    lost_players_outage: judged.resumedAfterMs.filter((ms) => ms === null).length,
  };
}

function slowClientFigures(run: SlowClientRun): Readonly<Record<string, number | null>> {
  const { before, capped, released } = run;
  return {
    slow_backlog_p50_bytes: run.backlogBytes.p50,
    slow_backlog_p99_bytes: run.backlogBytes.p99,
    slow_backlog_max_bytes: run.backlogBytes.max,
    slow_critical_p95_beyond_rtt_ms: run.eventMs.p95 - run.rttMs,
    slow_critical_settled_p95_beyond_rtt_ms: capped.eventMs.p95 - run.rttMs,
    slow_down_bytes_per_s: capped.downBytesPerS,
    slow_patches_per_s: capped.patchesPerS,
    slow_drops: run.narrowing.drops + capped.drops,
    slow_worst_level: run.worstLevel,
    slow_level_0_after_ms: run.level0AfterMs,
    slow_tick_p95_ms_before: before.tickP95Ms,
    slow_tick_p95_ms_capped: capped.tickP95Ms,
    slow_tick_p95_ms_released: released.tickP95Ms,
    slow_others_patch_gap_p95_ms_before: before.othersPatchGapP95Ms,
    slow_others_patch_gap_p95_ms_capped: capped.othersPatchGapP95Ms,
  };
}
