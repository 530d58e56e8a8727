import { expect, test } from 'vitest';
import { planLower, planRaise, type Replicas } from './autoscaler.ts';

const figures = (change: Partial<Replicas> = {}): Replicas => ({
  ...{ least: 3, most: 60, current: 8, raised: null },
  ...change,
});

test.each([
  ['a quarter more than run', {}, 10],
  ['at least one more', { current: 1, least: 1 }, 2],
  ['no more than there may be', { most: 9 }, 9],
  ['nothing when there are as many as there may be', { least: 60, current: 60 }, 'at-most'],
  ['once for an incident', { raised: { incidentId: 'a', from: 3, to: 10 } }, 'already-raised'],
  [
    'not while it is raised for another',
    { raised: { incidentId: 'b', from: 3, to: 10 } },
    'raised-for-another',
  ],
] as const)('[IB-13] an autoscaler is raised: %s', (_what, change, plan) => {
  expect(planRaise(figures(change), 'a')).toBe(plan);
});

test('[IB-13] it goes back to what it was, unless somebody has changed it since', () => {
  const raised = { incidentId: 'a', from: 3, to: 10 };
  expect(planLower(figures({ least: 10, raised }), 'a')).toBe(3);
  expect(planLower(figures({ least: 12, raised }), 'a')).toBe(null);
  expect(planLower(figures({ least: 10, raised }), 'b')).toBe(null);
  expect(planLower(figures({ least: 10 }), 'a')).toBe(null);
});
