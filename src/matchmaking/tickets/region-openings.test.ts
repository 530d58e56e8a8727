import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRuleSet } from '../pool/rule-set.ts';
import { regionOpenings } from './region-openings.ts';

const RULES = parseRuleSet({
  teams: { count: 2, playersPerTeam: 1 },
  latency: {
    capMs: { value: 80, expansions: [{ waitTimeSeconds: 20, value: 200 }] },
    slackMs: 10,
    ceilingMs: 250,
  },
  search: {
    regionsTried: {
      value: 1,
      expansions: [
        { waitTimeSeconds: 3, value: 2 },
        { waitTimeSeconds: 8, value: 3 },
      ],
    },
  },
});

function openings(latencyMsByRegion: Record<string, number>, closed: readonly string[] = []) {
  return regionOpenings({ latencyMsByRegion }, RULES, (it) => !closed.includes(it)).map(
    ({ regionId, openAtWaitMs }) => [regionId, openAtWaitMs],
  );
}

test('[TK-40] the nearest opens at once, the next with the wait, and beyond the cap with the cap', () => {
  expect(openings({ near: 20, next: 70, far: 150, away: 400 })).toEqual([
    ['near', 0],
    ['next', 3_000],
    ['far', 20_000],
  ]);
});

test('[TK-40] who lives far from all regions waits for none', () => {
  expect(openings({ near: 240, next: 245 })).toEqual([
    ['near', 0],
    ['next', 3_000],
  ]);
});

test('[TK-41] a region that is closed leaves its turn to the next', () => {
  expect(openings({ near: 20, next: 70, far: 75 }, ['near'])).toEqual([
    ['next', 0],
    ['far', 3_000],
  ]);
});

test('the order of the regions is that of the latencies, and of opening', () => {
  const latencies = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.nat(400), { maxKeys: 8 });
  fc.assert(
    fc.property(latencies, (latencyMsByRegion) => {
      const found = regionOpenings({ latencyMsByRegion }, RULES);
      for (const [index, { latencyMs, openAtWaitMs }] of found.entries()) {
        const before = found[index - 1];
        expect(latencyMs).toBeLessThanOrEqual(RULES.latency.ceilingMs);
        expect(latencyMs).toBeGreaterThanOrEqual(before?.latencyMs ?? 0);
        expect(openAtWaitMs).toBeGreaterThanOrEqual(before?.openAtWaitMs ?? 0);
      }
      const hasUsable = Object.values(latencyMsByRegion).some((ms) => ms <= 250);
      expect(found.length > 0 && found[0]?.openAtWaitMs === 0).toBe(hasUsable);
    }),
  );
});
