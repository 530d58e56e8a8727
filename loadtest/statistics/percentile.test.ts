import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, percentile } from './percentile.ts';

describe('percentile', () => {
  test.each([
    [[1, 2, 3, 4, 5], 50, 3],
    [[1, 2, 3, 4], 50, 2],
    [[1, 2, 3, 4, 5], 95, 5],
    [[1, 2, 3, 4, 5], 0, 1],
    [[7], 99, 7],
  ])('of %j at %i is %i', (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  test('at least that share of the values does not exceed it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.integer({ min: 0, max: 100 }),
        (values, percent) => {
          const sorted = values.sort((a, b) => a - b);
          const limit = percentile(sorted, percent);
          const within = sorted.filter((value) => value <= limit).length;
          expect(within / sorted.length).toBeGreaterThanOrEqual(percent / 100);
        },
      ),
    );
  });

  test('of nothing is not a number', () => expect(percentile([], 50)).toBeNaN());
});

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[9], 9],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  test('of nothing is not a number', () => expect(median([])).toBeNaN());
});
