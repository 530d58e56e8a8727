import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelWithin, patchIntervalsOf, QUALITY_LEVELS } from './quality-levels.ts';

test.each([
  { budget: 64_000, demand: 10_000, level: 0 },
  { budget: 10_000, demand: 10_000, level: 0 },
  { budget: 9_999, demand: 10_000, level: 1 },
  { budget: 4_999, demand: 10_000, level: 2 },
  { budget: 2_999, demand: 10_000, level: 3 },
  { budget: 1_249, demand: 10_000, level: 4 },
  { budget: 1, demand: 10_000, level: 4 },
  { budget: 750, demand: 0, level: 0 },
])('[FL-2] $budget of $demand B/s → $level', ({ budget, demand, level }) => {
  expect(levelWithin(budget, demand)).toBe(level);
});

test('[FL-2] more budget is never a worse level', () => {
  const bytes = fc.nat(100_000);
  fc.assert(
    fc.property(bytes, bytes, bytes, (budget, more, demand) => {
      expect(levelWithin(budget + more, demand)).toBeLessThanOrEqual(levelWithin(budget, demand));
    }),
  );
});

test('a client is told how often he gets what', () => {
  expect(patchIntervalsOf(0, 50, null)).toEqual({ near: 50, mid: 50, far: 50 });
  expect(patchIntervalsOf(2, 50, null).near).toBe(100);
  expect(patchIntervalsOf(2, 250, null).near).toBe(250);
  expect(QUALITY_LEVELS).toHaveLength(5);
});
