import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceScale } from './nice-scale.ts';

test.each([
  [97, [0, 20, 40, 60, 80, 100]],
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.3, [0, 0.1, 0.2, 0.3]],
  [5_100, [0, 2_000, 4_000, 6_000]],
])('for %d has the ticks %j', (max, ticks) => {
  expect(niceScale(max).ticks).toEqual(ticks);
});

test('holds any maximum, with two to seven ticks', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (max) => {
      const scale = niceScale(max);
      expect(scale.max).toBeGreaterThanOrEqual(max * 0.999_999);
      expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
      expect(scale.ticks.length).toBeLessThanOrEqual(7);
    }),
  );
});

test.each([0, Number.NaN, Number.POSITIVE_INFINITY])('of %d is a plain one', (max) => {
  expect(niceScale(max)).toEqual({ max: 1, ticks: [0, 1] });
});
