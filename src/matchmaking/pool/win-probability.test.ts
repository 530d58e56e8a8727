import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { winProbabilities } from './win-probability.ts';

const settled = (mu: number) => ({ mu, sigma: 1e-6 });
const skill = fc.record({
  mu: fc.integer({ min: -5_000, max: 9_000 }),
  sigma: fc.integer({ min: 1, max: 400 }),
});
const teams = fc.array(fc.array(skill, { minLength: 1, maxLength: 5 }), {
  minLength: 2,
  maxLength: 6,
});

describe('[MM-10] the chance to win', () => {
  test('is 10 : 1 for 400 points between settled teams', () => {
    const [first] = winProbabilities([[settled(1_900), settled(1_700)], [settled(1_400)]]);
    expect(first).toBeCloseTo(10 / 11, 6);
  });

  test('is nearer to even odds the less is known of the players', () => {
    const chance = (sigma: number) =>
      winProbabilities([[{ mu: 1_700, sigma }], [{ mu: 1_500, sigma }]])[0] as number;
    expect(chance(50)).toBeGreaterThan(chance(200));
    expect(chance(200)).toBeGreaterThan(chance(350));
    expect(chance(350)).toBeGreaterThan(0.5);
  });

  test('adds up to 1, and the stronger team has more of it', () => {
    fc.assert(
      fc.property(teams, (all) => {
        const chances = winProbabilities(all);
        expect(chances.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 9);
        const means = all.map((team) => team.reduce((sum, { mu }) => sum + mu, 0) / team.length);
        for (const [a, mean] of means.entries()) {
          for (const [b, other] of means.entries()) {
            if (mean > other) expect(chances[a]).toBeGreaterThanOrEqual(chances[b] as number);
          }
        }
      }),
    );
  });
});
