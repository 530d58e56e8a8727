import { expect, test } from 'vitest';
import { askTimeoutMs, cutOffAfterMs, graceMs, heldUntilMs, isOutage } from './lease-rules.ts';

test.each([
  { known: 1, gone: 0, cutOff: 1, outage: true },
  { known: 2, gone: 0, cutOff: 1, outage: false },
  { known: 2, gone: 1, cutOff: 1, outage: true },
  { known: 3, gone: 0, cutOff: 1, outage: false },
  { known: 3, gone: 0, cutOff: 2, outage: true },
  { known: 4, gone: 0, cutOff: 2, outage: false },
])('[CL-8] $cutOff of $known cut off, $gone gone: outage $outage', ({ outage, ...ballot }) => {
  expect(isOutage(ballot)).toBe(outage);
});

test('[CL-1] [CL-8] with the shortest lease that is allowed, a vote ends before the lease does, and the grace after it', () => {
  const times = { ttlMs: 800, renewMs: 200, outageMaxMs: 1 };
  const lastLookMs = cutOffAfterMs(times) + times.renewMs / 2;
  expect(lastLookMs + askTimeoutMs(times)).toBeLessThan(heldUntilMs(0, times));
  expect(heldUntilMs(0, times)).toBeLessThan(times.ttlMs);
  expect(graceMs(times)).toBeGreaterThan(times.ttlMs);
});
