import { expect, test } from 'vitest';
import { sharesUpTo } from './contender-plots.ts';

test.each([
  { values: [1, 2, 2, 9], limits: [0, 1, 2, 3, 10], count: 4, expected: [0, 25, 75, 75, 100] },
  { values: [1, 2], limits: [1, 5], count: 4, expected: [25, 50] },
  { values: [], limits: [0, 1], count: 0, expected: [0, 0] },
])('of $count values $values are up to $limits: $expected %', (it) => {
  expect(sharesUpTo(Float64Array.from(it.values), it.limits, it.count)).toEqual(it.expected);
});
