import { describe, expect, test } from 'vitest';
import type { Backlog } from '../../matchsim/backlog.ts';
import type { ContenderName } from '../../matchsim/contenders/contenders.ts';
import type { SimulationRun } from '../../matchsim/simulate.ts';
import { summarise } from '../../statistics/summary.ts';
import { bestPeer, matchmakingFigures } from './figures.ts';

function run(contender: ContenderName, teamGap: number, matchedRatio: number): SimulationRun {
  const one = summarise([1]);
  return {
    contender,
    metrics: {
      players: 100,
      matches: 10,
      matchedRatio,
      timedOutRatio: 0,
      waitS: one,
      teamGap: summarise([teamGap]),
      unevenness: one,
      spread: one,
      latencyMs: one,
      ownLatencyMs: one,
      latencySpreadMs: one,
      cost: one,
      overCapRatio: 0,
      waitP95S: { strongest5Percent: 1, weakest5Percent: 1, fullTeams: Number.NaN },
      brier: 0.25,
      brierExpected: 0.25,
    },
    cpuMs: 1,
    cpuMsPer1000Tickets: 1,
    queuedPlayers: [],
    waitP95SByPeriod: [],
    distributions: {
      waitS: new Float64Array(),
      teamGap: new Float64Array(),
      latencyMs: new Float64Array(),
    },
    totalCost: 1,
  };
}

const backlog: Backlog = {
  tickets: 10_000,
  matchedTickets: 9_000,
  addCpuMs: 100,
  passCpuMs: 200,
  passMs: 250,
  longestSliceMs: 12,
  longestSliceCpuMs: 9,
  longestOwnSliceMs: 5,
};

describe('the best peer', () => {
  test('is the fairest of the others that match enough', () => {
    const runs = [
      run('meridian', 10, 1),
      run('nakama-1s', 20, 0.96),
      run('greedy-window', 80, 0.985),
      run('queue-room', 200, 1),
    ];
    expect(bestPeer(runs)?.contender).toBe('greedy-window');
    expect(bestPeer(runs.slice(0, 2))).toBeNull();
  });
});

describe('the figures', () => {
  const rates = [
    { ticketsPerSecond: 20, runs: [run('meridian', 60, 0.99), run('greedy-window', 80, 0.99)] },
  ];
  const figures = matchmakingFigures(
    {
      rates,
      smallSets: [
        { contender: 'meridian', kind: 'evening', sets: 2, costRatioMean: 1.2, matchedRatio: 1 },
        { contender: 'nakama-1s', kind: 'evening', sets: 2, costRatioMean: 1.8, matchedRatio: 1 },
      ],
      smallBacklogs: [backlog],
      largeBacklogs: [backlog, { ...backlog, longestSliceMs: 19, passMs: 350 }],
    },
    '',
  );

  test('are those that were asked for', () => {
    expect(figures).toMatchObject({
      team_gap_p95_ratio_vs_best_peer: 0.75,
      matched_ratio: 0.99,
      team_gap_p95_rate_20_greedy_window: 80,
      cost_ratio_vs_optimum: 1.2,
      cost_ratio_vs_optimum_nakama_1s: 1.8,
      // 9000 tickets in 0.3 s of CPU, adding them included.
      tickets_per_second: 30_000,
      pass_100k_s: 0.3,
      pass_100k_longest_slice_ms: 19,
      pass_100k_longest_own_slice_ms: 5,
    });
  });

  test('leave out what was not seen, and have other names in a quick run', () => {
    expect(figures).not.toHaveProperty('full_team_wait_p95_s');
    const quick = matchmakingFigures(
      { rates, smallSets: [], smallBacklogs: [backlog], largeBacklogs: [] },
      'quick_',
    );
    expect(quick).not.toHaveProperty('quick_pass_100k_s');
    expect(Object.keys(quick).every((name) => name.startsWith('quick_'))).toBe(true);
  });
});
