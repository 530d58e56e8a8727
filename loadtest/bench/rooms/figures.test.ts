import { describe, expect, test } from 'vitest';
import type { Summary } from '../../statistics/summary.ts';
import type { ContenderName } from './contenders.ts';
import { type FigureContext, roomsFigures } from './figures.ts';
import { holds, LIMITS, type PlayRun } from './run.ts';

const flat = (value: number): Summary => ({
  count: 100,
  mean: value,
  p50: value,
  p95: value,
  p99: value,
  max: value,
});

function playRun(
  contender: ContenderName,
  measured: {
    cpu?: number;
    bytes?: number;
    p95?: number;
    lag?: number;
    dropped?: number;
    patches?: number;
  },
): PlayRun {
  const memory = { rssBytes: 0, heapUsedBytes: 0, externalBytes: 0 };
  return {
    kind: 'play',
    purpose: 'turn',
    contender,
    players: 500,
    runtime: 'node',
    joinMs: 1,
    attempts: 1,
    noisePercent: { server: 0, load: 0 },
    server: {
      wallMs: 6_000,
      cpuPercent: measured.cpu ?? 50,
      userPercent: 30,
      systemPercent: 20,
      loopLagMs: flat(measured.lag ?? 5),
      tickMs: flat(1),
      tickCpuMs: flat(1),
      gcPercent: 1,
      memory,
    },
    load: {
      wallMs: 6_000,
      players: 500,
      actionMs: flat(measured.p95 ?? 50),
      bytesPerPlayerPerSecond: measured.bytes ?? 8_000,
      patchesPerPlayerPerSecond: measured.patches ?? 20,
      minPatchesPerSecond: 20,
      inputsPerSecond: 10_000,
      blockedInputs: 0,
      dropped: measured.dropped ?? 0,
      faults: 0,
      entitiesSeen: 20,
      ageMs: { near: flat(60), far: flat(60) },
      sendLateMs: flat(0.5),
      cpuPercent: 30,
    },
  };
}

const standard: FigureContext = {
  isQuick: false,
  players: 500,
  turns: 3,
  capacities: new Map([
    ['meridian', 1_300],
    ['colyseus-input', 800],
    ['colyseus-plain', 1_000],
  ]),
  runs: [
    playRun('meridian', { cpu: 30, bytes: 5_000, p95: 45 }),
    playRun('meridian', { cpu: 99, bytes: 5_200, p95: 90 }),
    playRun('meridian', { cpu: 32, bytes: 5_100, p95: 46 }),
    playRun('colyseus-input', { cpu: 64, bytes: 8_500 }),
    playRun('colyseus-default', { p95: 100 }),
  ],
};

describe('roomsFigures', () => {
  test('are medians and ratios of medians', () => {
    expect(roomsFigures(standard)).toMatchObject({
      cpu_percent_meridian: 32,
      bytes_ratio_vs_colyseus: 0.6,
      p95_action_ms_ratio_vs_colyseus_default: 0.46,
      players_per_core_ratio_vs_colyseus: 1.625,
      players_per_core_ratio_vs_colyseus_plain: 1.3,
      players_per_core_colyseus_input: 800,
    });
  });

  test('leave out what was not measured', () => {
    const figures = roomsFigures({ ...standard, capacities: new Map() });
    expect(Object.keys(figures).filter((name) => name.startsWith('players_per_core'))).toEqual([]);
    expect(figures).not.toHaveProperty('kb_per_client');
  });

  test('a quick run shares no name with a full one', () => {
    const full = Object.keys(roomsFigures(standard));
    const quick = Object.keys(roomsFigures({ ...standard, capacities: new Map(), isQuick: true }));
    expect(quick.length).toBeGreaterThan(0);
    expect(quick.filter((name) => full.includes(name))).toEqual([]);
  });

  test.each([{ turns: 1 }, { players: 300 }])('%j is not the standard load', (change) => {
    const figures = roomsFigures({ ...standard, ...change });
    expect(figures).toHaveProperty('custom_bytes_ratio_vs_colyseus');
    expect(figures).not.toHaveProperty('bytes_ratio_vs_colyseus');
  });
});

describe('holds', () => {
  test.each([
    ['a healthy run', {}, true],
    ['late actions', { p95: LIMITS.actionP95Ms }, false],
    ['a lagging loop', { lag: LIMITS.loopLagP99Ms }, false],
    ['a lost player', { dropped: 1 }, false],
    ['too few patches', { patches: LIMITS.minPatchesPerSecond - 0.1 }, false],
  ])('%s: %j → %s', (_what, measured, expected) => {
    expect(holds(playRun('ws', measured))).toBe(expected);
  });
});
