import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullJitterDelayMs } from './backoff.ts';

const OPTIONS = { baseDelayMs: 250, maxDelayMs: 4_000 };
const ALMOST_ONE = 1 - 2 ** -53;

test.each([
  { attempt: 1, boundMs: 250 },
  { attempt: 2, boundMs: 500 },
  { attempt: 4, boundMs: 2_000 },
  { attempt: 5, boundMs: 4_000 },
  { attempt: 9, boundMs: 4_000 },
  { attempt: 5_000, boundMs: 4_000 },
])('try $attempt waits between 0 and $boundMs ms', ({ attempt, boundMs }) => {
  expect(fullJitterDelayMs(attempt, OPTIONS, 0)).toBe(0);
  expect(fullJitterDelayMs(attempt, OPTIONS, 0.5)).toBe(boundMs / 2);
  expect(fullJitterDelayMs(attempt, OPTIONS, ALMOST_ONE)).toBe(boundMs - 1);
});

test('never leaves its bounds', () => {
  const attempts = fc.integer({ min: 1, max: 10_000 });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempts, random, (attempt, drawn) => {
      const delayMs = fullJitterDelayMs(attempt, OPTIONS, drawn);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThan(OPTIONS.maxDelayMs);
    }),
  );
});
