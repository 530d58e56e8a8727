import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LATENCY_CAPS, latencyCapMs } from './latency-cap.ts';

test.each([
  ['action', 0, 80],
  ['action', 10_000, 80],
  ['action', 12_000, 90],
  ['action', 44_000, 250],
  ['action', 600_000, 250],
  ['turn-based', 0, 180],
  ['turn-based', 24_000, 250],
  ['turn-based', 25_000, 250],
] as const)('[RG-21] %s rooms bear, after %i ms, %i ms', (kind, waitedMs, capMs) => {
  expect(latencyCapMs(LATENCY_CAPS[kind], waitedMs)).toBe(capMs);
});

test('[RG-21] a cap never shrinks while one waits', () => {
  const cap = fc.record({
    startMs: fc.nat(300),
    mostMs: fc.nat(300),
    growsAfterMs: fc.nat(30_000),
    growthPerSecondMs: fc.nat(50),
  });
  fc.assert(
    fc.property(cap, fc.nat(120_000), fc.nat(120_000), (each, waitedMs, moreMs) => {
      const nowMs = latencyCapMs(each, waitedMs);
      expect(latencyCapMs(each, waitedMs + moreMs)).toBeGreaterThanOrEqual(nowMs);
      expect(nowMs).toBeGreaterThanOrEqual(each.startMs);
      expect(nowMs).toBeLessThanOrEqual(Math.max(each.startMs, each.mostMs));
    }),
  );
});
