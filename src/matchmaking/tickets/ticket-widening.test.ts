import { expect, test } from 'vitest';
import { parseRuleSet } from '../pool/rule-set.ts';
import { wideningAt } from './ticket-widening.ts';

const RULES = parseRuleSet({
  teams: { count: 2, playersPerTeam: 1 },
  latency: { capMs: { value: 80, expansions: [{ waitTimeSeconds: 8, value: 120 }] } },
});

test('[TK-11] a step is a time at which anything widens; what does at once is one step', () => {
  expect(wideningAt(RULES, 1_000, 0)).toEqual({
    ...{ step: 0, capMs: 80, skillDistance: 600, regionsTried: 1 },
    nextStepAtMs: 4_000,
  });
  // By default regions widen at 3 and 8 s, skill at 10 and 20 s.
  expect(wideningAt(RULES, 1_000, 8_000)).toEqual({
    ...{ step: 2, capMs: 120, skillDistance: 600, regionsTried: 3 },
    nextStepAtMs: 11_000,
  });
  expect(wideningAt(RULES, 1_000, 60_000)).toMatchObject({ step: 4, nextStepAtMs: null });
});
