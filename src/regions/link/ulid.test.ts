import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeUlid, ULID_PATTERN } from './ulid.ts';

const LAST_MS = 2 ** 48 - 1;

test('[RL-1] a ULID is the time and chance, and sorts by time', () => {
  expect(makeUlid(1_469_918_176_385).slice(0, 10)).toBe('01ARYZ6S41');
  expect(makeUlid(LAST_MS).slice(0, 10)).toBe('7ZZZZZZZZZ');
  const times = fc.integer({ min: 0, max: LAST_MS });
  fc.assert(
    fc.property(times, times, (a, b) => {
      const [early, late] = [makeUlid(Math.min(a, b)), makeUlid(Math.max(a, b))];
      expect(early).toMatch(ULID_PATTERN);
      if (a !== b) expect(early < late).toBe(true);
      else expect(early).not.toBe(late);
    }),
  );
});
