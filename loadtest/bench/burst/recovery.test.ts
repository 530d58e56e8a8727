import { describe, expect, test } from 'vitest';
import type { Arrival } from './arrival.ts';
import { calmOf, recoverySeconds } from './recovery.ts';

function came(dueAtMs: number, waitMs: number, isRefused = false): Arrival {
  return {
    playerId: 'p',
    dueAtMs,
    answeredAtMs: dueAtMs + 10,
    answer: isRefused
      ? { kind: 'refused', status: 503, code: 'QUEUE_FULL', hasRetryAfter: true }
      : { kind: 'entered' },
    matchedAtMs: dueAtMs + waitMs,
    seatedAtMs: isRefused ? null : dueAtMs + waitMs,
    lostSeat: null,
  };
}

/** One each 100 ms for `seconds`. */
function stream(fromMs: number, seconds: number, waitMs: (atMs: number) => number): Arrival[] {
  return Array.from({ length: seconds * 10 }, (_, at) => {
    const dueAtMs = fromMs + at * 100;
    return came(dueAtMs, waitMs(dueAtMs));
  });
}

const calm = calmOf(stream(0, 10, () => 200));

describe('the recovery', () => {
  test('is at once when nobody noticed anything', () => {
    expect(
      recoverySeconds(
        stream(60_000, 10, () => 290),
        calm,
        60_000,
      ),
    ).toBe(0);
  });

  test('begins when waits are short for five seconds', () => {
    const after = stream(60_000, 20, (atMs) => (atMs < 63_000 ? 2_000 : 200));
    // Within five seconds as many may be slow as are above a 95th percentile.
    expect(recoverySeconds(after, calm, 60_000)).toBe(2.75);
    const relapse = stream(60_000, 20, (atMs) => (atMs > 64_000 && atMs < 66_000 ? 900 : 200));
    expect(recoverySeconds(relapse, calm, 60_000)).toBeGreaterThan(5);
  });

  test('waits for the last refusal', () => {
    const after = stream(60_000, 20, () => 200);
    after[31] = came(63_100, 0, true);
    expect(recoverySeconds(after, calm, 60_000)).toBe(3.25);
  });

  test('is not a number when it never came', () => {
    expect(
      recoverySeconds(
        stream(60_000, 20, () => 400),
        calm,
        60_000,
      ),
    ).toBeNaN();
    expect(recoverySeconds([], calm, 60_000)).toBeNaN();
  });
});
