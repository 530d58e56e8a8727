import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

/** How many of `count` takes succeed at `nowMs`. */
function takes(bucket: TokenBucket, count: number, nowMs: number): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (bucket.take(nowMs)) taken++;
  return taken;
}

describe('[RM-5] TokenBucket', () => {
  test('starts with a second’s worth', () => {
    expect(takes(new TokenBucket(10, 0), 100, 0)).toBe(10);
  });

  test('refills with time, and never above a second’s worth', () => {
    const bucket = new TokenBucket(10, 0);
    takes(bucket, 10, 0);
    expect(takes(bucket, 100, 300)).toBe(3);
    expect(takes(bucket, 100, 60_000)).toBe(10);
  });

  test('keeps fractions', () => {
    const bucket = new TokenBucket(10, 0);
    takes(bucket, 10, 0);
    expect([50, 100, 150, 200].map((nowMs) => bucket.take(nowMs))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  test('in no window more than the rate and the burst; at the rate itself nothing is refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (perSecond, gapsMs) => {
          const bucket = new TokenBucket(perSecond, 0);
          const takenAtMs: number[] = [];
          let nowMs = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (bucket.take(nowMs)) takenAtMs.push(nowMs);
          }
          expectWithin(takenAtMs, perSecond / 1_000, perSecond);
        },
      ),
    );
    const steady = new TokenBucket(20, 0);
    for (let i = 1; i <= 1_000; i++) expect(steady.take(i * 50)).toBe(true);
  });
});

/** In every window: events <= rate · length + burst. */
function expectWithin(atMs: readonly number[], perMs: number, burst: number): void {
  for (let from = 0; from < atMs.length; from++) {
    for (let to = from; to < atMs.length; to++) {
      const lengthMs = (atMs[to] as number) - (atMs[from] as number);
      expect(to - from + 1).toBeLessThanOrEqual(perMs * lengthMs + burst + 1e-6);
    }
  }
}
