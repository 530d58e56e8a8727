import { describe, expect, test } from 'vitest';
import { CONTENDER_NAMES } from './contenders/contenders.ts';
import { drawArrivals } from './model/arrivals.ts';
import { handMade } from './model/hand-made.ts';
import { SCENARIOS } from './model/scenario.ts';
import type { TicketLog } from './model/ticket-log.ts';
import { readWorld } from './model/world.ts';
import { simulate } from './simulate.ts';

const world = readWorld('aws');

function logOf(name: keyof typeof SCENARIOS, durationMs: number, rate = 20): TicketLog {
  const scenario = { ...SCENARIOS[name], durationMs, ticketsPerSecond: rate };
  return {
    name,
    regions: world.regions,
    durationMs,
    outages: scenario.outages,
    tickets: drawArrivals(world, scenario, 3),
  };
}

describe('a simulation', () => {
  const log = logOf('steady', 30_000);

  test.each(CONTENDER_NAMES)('%s: the same twice, CPU time aside', async (contender) => {
    const options = { teamSize: 5, seed: 9 };
    const first = await simulate(contender, log, options);
    const second = await simulate(contender, log, options);
    expect(first.metrics.matches).toBeGreaterThan(0);
    expect({ ...second, cpuMs: 0, cpuMsPer1000Tickets: 0 }).toEqual({
      ...first,
      cpuMs: 0,
      cpuMsPer1000Tickets: 0,
    });
  });

  test('accounts for every player: matched, given up, or still waiting', async () => {
    const { metrics, queuedPlayers } = await simulate('meridian', log, { teamSize: 5, seed: 9 });
    const came = log.tickets.reduce((sum, { members }) => sum + members.length, 0);
    expect(metrics.players).toBe(came);
    expect(metrics.matches * 10).toBe(Math.round(metrics.matchedRatio * came));
    expect(came - metrics.matches * 10).toBe(queuedPlayers.at(-1));
  });

  describe('of two players', () => {
    const tickets = [
      handMade('a', [1_000], { arrivedAtMs: 400 }),
      handMade('b', [1_000], { arrivedAtMs: 2_600 }),
    ];
    const pair = { name: 'pair', regions: ['here'], durationMs: 5_000, outages: [], tickets };
    const options = { teamSize: 1, seed: 1 };

    test('has waits of the virtual clock: arrival to pass', async () => {
      const run = await simulate('greedy-window', pair, options);
      expect([...run.distributions.waitS]).toEqual([0.4, 2.6]);
      expect(run.queuedPlayers).toEqual([1, 1, 0, 0, 0]);
      // Matched at 3 s of 5: in the 15th of 24 parts.
      expect(run.waitP95SByPeriod.indexOf(2.6)).toBe(14);
      expect(run.waitP95SByPeriod.filter((wait) => wait === null)).toHaveLength(23);
    });

    test('counts a match at the very end to the last part', async () => {
      const run = await simulate('greedy-window', { ...pair, durationMs: 3_000 }, options);
      expect(run.waitP95SByPeriod.at(-1)).toBe(2.6);
    });

    test.each(CONTENDER_NAMES.filter((name) => name !== 'nakama-15s'))(
      '%s: makes no match while the only region is down, and one when it is back',
      async (contender) => {
        const outages = [{ region: 0, fromMs: 1_000, untilMs: 4_000 }];
        const { queuedPlayers } = await simulate(contender, { ...pair, outages }, options);
        expect(queuedPlayers).toEqual([1, 1, 2, 0, 0]);
      },
    );
  });

  test('makes no pass before the first is allowed', async () => {
    const { distributions } = await simulate('greedy-window', logOf('steady', 10_000), {
      teamSize: 5,
      seed: 1,
      firstPassAtMs: 10_000,
    });
    expect(distributions.waitS.length).toBeGreaterThan(0);
    expect(distributions.waitS.at(-1)).toBeGreaterThan(9);
  });

  test.each(CONTENDER_NAMES)(
    '%s: puts no match into a region that is down, and goes on elsewhere',
    async (contender) => {
      // The ledger throws when it does.
      const outages = [{ region: 4, fromMs: 10_000, untilMs: 20_000 }];
      const { metrics } = await simulate(contender, { ...log, outages }, { teamSize: 5, seed: 9 });
      expect(metrics.matchedRatio).toBeGreaterThan(0.5);
    },
  );
});

test('at 20 tickets a second the baselines are where the study has them', async () => {
  const log = logOf('steady', 300_000);
  const options = { teamSize: 5, seed: 777 };
  const room = (await simulate('queue-room-per-region', log, options)).metrics;
  expect(Math.abs(room.waitS.p95 - 7.6)).toBeLessThan(1);
  expect(Math.abs(room.latencyMs.p95 - 101)).toBeLessThan(4);
  const nakama = (await simulate('nakama-1s', log, options)).metrics;
  expect(Math.abs(nakama.teamGap.p95 - 120)).toBeLessThan(15);
  expect(Math.abs(nakama.matchedRatio - 0.961)).toBeLessThan(0.01);
  const greedy = (await simulate('greedy-window', log, options)).metrics;
  expect(Math.abs(greedy.waitS.p95 - 11)).toBeLessThan(1);
  expect(Math.abs(greedy.teamGap.p95 - 86)).toBeLessThan(15);
});
