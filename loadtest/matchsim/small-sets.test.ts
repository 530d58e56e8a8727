import { expect, test } from 'vitest';
import { readWorld } from './model/world.ts';
import { compareWithOptimum, drawSmallSets } from './small-sets.ts';

const world = readWorld('aws');

test.each(['evening', 'snapshot'] as const)(
  '%s: 16 players of one region, and nobody is cheaper than the optimum',
  async (kind) => {
    const sets = drawSmallSets(world, kind, { count: 3, seed: 1 });
    const regions = new Set<number>();
    for (const { log, optimum } of sets) {
      expect(log.tickets).toHaveLength(16);
      expect(optimum).toHaveLength(5);
      const homes = log.tickets.map(({ latencyMs }) => latencyMs.indexOf(Math.min(...latencyMs)));
      expect(new Set(homes).size).toBe(1);
      regions.add(homes[0] ?? -1);
    }
    expect(regions.size).toBeGreaterThan(1);
    for (const contender of ['meridian', 'queue-room-per-region', 'greedy-window'] as const) {
      const compared = await compareWithOptimum(contender, sets, 1);
      expect(compared.costRatioMean).toBeGreaterThanOrEqual(1);
      expect(compared.costRatioMean).toBeLessThan(3);
    }
  },
);
