import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  budgetOf,
  COOL_DOWN_S,
  costOf,
  FAULT_KINDS,
  type FaultPlanOptions,
  planFaults,
  RECOVERY_S,
  WARM_UP_S,
} from './fault-plan.ts';

const region = fc.record({
  weight: fc.integer({ min: 1, max: 5 }),
  nodes: fc.integer({ min: 2, max: 4 }),
});
const options: fc.Arbitrary<FaultPlanOptions> = fc
  .record({
    seed: fc.integer(),
    seconds: fc.integer({ min: 20, max: 4 * 60 * 60 }),
    regions: fc.array(region, { minLength: 2, maxLength: 6 }),
    availability: fc.constantFrom(0.99, 0.999, 0.9999),
  })
  .map(({ regions, ...rest }) => {
    const all = regions.reduce((sum, { weight }) => sum + weight, 0);
    return {
      ...rest,
      regions: regions.map(({ weight, nodes }, at) => ({
        ...{ regionId: `r${at}`, playerShare: weight / all, nodes },
      })),
    };
  });
/** Moments are rounded to tenths. */
const ROUNDED_S = 0.11;

test('[SO-6] the same seed gives the same plan', () => {
  fc.assert(
    fc.property(options, (given) => {
      expect(planFaults(given)).toEqual(planFaults(given));
    }),
  );
});

test('[SO-6] other seeds give other plans', () => {
  const plans = [1, 2, 3, 4, 5].map((seed) => JSON.stringify(planFaults(fiveRegions({ seed }))));
  expect(new Set(plans).size).toBe(plans.length);
});

test('[SO-7] faults never overlap, and leave time to recover, to warm up and to cool down', () => {
  fc.assert(
    fc.property(options, (given) => {
      const plan = planFaults(given);
      let freeFromS = WARM_UP_S;
      const early = plan.filter(({ atS, lengthS }) => {
        const isEarly = atS < freeFromS - ROUNDED_S;
        freeFromS = atS + lengthS + RECOVERY_S;
        return isEarly;
      });
      expect(early).toEqual([]);
      if (plan.length > 0) {
        expect(freeFromS).toBeLessThanOrEqual(given.seconds - COOL_DOWN_S + ROUNDED_S);
      }
    }),
  );
});

test('[SO-7] all together may not cost more than is planned of what the target leaves', () => {
  fc.assert(
    fc.property(options, (given) => {
      const costS = planFaults(given).reduce((sum, f) => sum + costOf(f, given.regions), 0);
      expect(costS).toBeLessThanOrEqual(budgetOf(given) + 1e-9);
    }),
  );
});

test('[SO-7] a region is lost once at most, and a link has two ends', () => {
  fc.assert(
    fc.property(options, (given) => {
      const plan = planFaults(given);
      expect(plan.filter(({ kind }) => kind === 'black-hole').length).toBeLessThanOrEqual(1);
      const known = new Set(given.regions.map(({ regionId }) => regionId));
      const misplaced = plan.filter(
        ({ kind, regionId, otherRegionId, pick }) =>
          !known.has(regionId) ||
          (kind === 'cut-link') !== (otherRegionId !== null && known.has(otherRegionId)) ||
          otherRegionId === regionId ||
          !(pick >= 0 && pick < 1),
      );
      expect(misplaced).toEqual([]);
    }),
  );
});

test('[SO-7] four minutes have a lost node, half an hour has everything but a lost region in it, for some seeds that too', () => {
  const kindsOf = (seed: number, seconds: number) =>
    new Set(planFaults(fiveRegions({ seed, seconds })).map(({ kind }) => kind));
  const seeds = Array.from({ length: 30 }, (_, seed) => seed);
  for (const seed of seeds) expect(kindsOf(seed, 240)).toContain('kill');
  const all = new Set(seeds.flatMap((seed) => [...kindsOf(seed, 1_800)]));
  expect(all.size).toBe(FAULT_KINDS.length);
});

function fiveRegions(changes: Partial<FaultPlanOptions>): FaultPlanOptions {
  const shares = [0.3, 0.1, 0.3, 0.2, 0.1];
  const regions = shares.map((playerShare, at) => ({ regionId: `r${at}`, playerShare, nodes: 2 }));
  return { seed: 1, seconds: 600, availability: 0.999, regions, ...changes };
}
