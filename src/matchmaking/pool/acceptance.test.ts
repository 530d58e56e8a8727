import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptanceOf, acceptedAtWaitMs, acceptedCost } from './acceptance.ts';

describe('[MM-11] the accepted cost', () => {
  test('begins at 150 points, grows by 20 a second, and twice as fast after ten', () => {
    const balanced = acceptanceOf('balanced');
    expect([0, 1_000, 10_000, 12_000].map((waitMs) => acceptedCost(balanced, waitMs))).toEqual([
      150, 170, 350, 430,
    ]);
  });

  test('is less where the slider is strict, more where it is fast, and in between in between', () => {
    const at = (quality: Parameters<typeof acceptanceOf>[0]) =>
      acceptedCost(acceptanceOf(quality), 4_000);
    expect([at(0), at(0.25), at(0.5), at(0.75), at(1)]).toEqual(
      [at(0), at(0.25), at(0.5), at(0.75), at(1)].toSorted((a, b) => a - b),
    );
    expect([at(0), at(0.5), at(1)]).toEqual([at('strict'), at('balanced'), at('fast')]);
    expect(at(0.25)).toBe((at('strict') + at('balanced')) / 2);
  });

  test('of any match is reached at the wait that is foretold, and not before', () => {
    const slider = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(slider, fc.double({ min: -500, max: 10_000, noNaN: true }), (quality, cost) => {
        const acceptance = acceptanceOf(quality);
        const waitMs = acceptedAtWaitMs(acceptance, cost);
        expect(acceptedCost(acceptance, waitMs + 0.01)).toBeGreaterThanOrEqual(cost);
        if (waitMs > 1) expect(acceptedCost(acceptance, waitMs - 1)).toBeLessThan(cost);
      }),
    );
    expect(acceptedAtWaitMs(acceptanceOf('fast'), Number.POSITIVE_INFINITY)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
