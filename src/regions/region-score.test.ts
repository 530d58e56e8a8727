import { describe, expect, test } from 'vitest';
import { loadPenaltyMs, type PlayerLatency, scoreRegion } from './region-score.ts';

const EMPTY = { loadRatio: 0, priceClass: 0 };

function latency(rttMs: number, jitterMs = 0, lossRatio = 0): PlayerLatency {
  return { rttMs, jitterMs, lossRatio };
}

describe('[RG-22] the score of a region', () => {
  test('for one player is his latency and a quarter', () => {
    expect(scoreRegion([latency(40)], EMPTY).scoreMs).toBe(50);
  });

  test('is the sum of its weighed parts', () => {
    const players = [latency(40, 5, 0.01), latency(60, 3, 0.02), latency(20, 9, 0)];
    expect(scoreRegion(players, { loadRatio: 0.8, priceClass: 3 })).toEqual({
      ...{ maxRttMs: 60, meanRttMs: 40, spreadMs: 40, jitterMs: 9, lossRatio: 0.02 },
      ...{ loadMs: expect.closeTo(10, 9), priceMs: 6 },
      // 60 + 40/4 + 40/2 + 2·9 + 200·0.02 + 10 + 6
      scoreMs: expect.closeTo(128, 9),
    });
  });

  test('of nobody is what the region itself adds', () => {
    expect(scoreRegion([], { loadRatio: 1, priceClass: 1 }).scoreMs).toBeCloseTo(42, 9);
  });

  test.each([
    [0, 0],
    [0.6, 0],
    [0.7, 2.5],
    [0.8, 10],
    [1, 40],
  ])('a load of %f adds %f ms', (loadRatio, ms) => {
    expect(loadPenaltyMs(loadRatio)).toBeCloseTo(ms, 9);
  });
});
