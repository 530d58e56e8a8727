import { describe, expect, test } from 'vitest';
import { nextStepMs, valueAt, waitUntilMs } from './expansion.ts';

const cap = {
  value: 80,
  expansions: [
    { waitTimeSeconds: 5, value: 120 },
    { waitTimeSeconds: 10, value: 150 },
  ],
};

describe('[MM-6] a value that expands', () => {
  test.each([
    [0, 80],
    [4_999, 80],
    [5_000, 120],
    [9_999, 120],
    [10_000, 150],
    [1e9, 150],
  ])('after %i ms is %i', (waitMs, value) => {
    expect(valueAt(cap, waitMs)).toBe(value);
  });

  test.each([
    [80, 0],
    [80.5, 5_000],
    [120, 5_000],
    [121, 10_000],
    [151, null],
  ])('is at least %d after %s ms', (wanted, waitMs) => {
    expect(waitUntilMs(cap, wanted)).toBe(waitMs);
  });

  test.each([
    [0, 5_000],
    [5_000, 10_000],
    [10_000, null],
  ])('changes next, after %i ms, at %s', (waitMs, nextMs) => {
    expect(nextStepMs(cap, waitMs)).toBe(nextMs);
  });
});
