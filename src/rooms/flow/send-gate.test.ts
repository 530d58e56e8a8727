import { describe, expect, test } from 'vitest';
import { decideSend, type SendGateLimits } from './send-gate.ts';

const LIMITS: SendGateLimits = {
  sendGateBytes: 100,
  sendResumeBytes: 10,
  sendHardLimitBytes: 1_000,
  sendGateMaxMs: 5_000,
};
const NOW_MS = 50_000;

describe('[RM-4] decideSend', () => {
  test.each([
    { backlogBytes: 0, gatedForMs: null, decision: 'patch' },
    { backlogBytes: 100, gatedForMs: null, decision: 'patch' },
    { backlogBytes: 101, gatedForMs: null, decision: 'skip' },
    { backlogBytes: 1_000, gatedForMs: null, decision: 'skip' },
    { backlogBytes: 1_001, gatedForMs: null, decision: 'evict' },
    // Hysteresis: between the two limits a gate stays as it is.
    { backlogBytes: 100, gatedForMs: 1, decision: 'skip' },
    { backlogBytes: 11, gatedForMs: 1, decision: 'skip' },
    { backlogBytes: 10, gatedForMs: 1, decision: 'resync' },
    { backlogBytes: 0, gatedForMs: 1, decision: 'resync' },
    { backlogBytes: 11, gatedForMs: 5_000, decision: 'skip' },
    { backlogBytes: 11, gatedForMs: 5_001, decision: 'evict' },
    // Drained at last, however late: it may stay.
    { backlogBytes: 10, gatedForMs: 60_000, decision: 'resync' },
    { backlogBytes: 1_001, gatedForMs: 1, decision: 'evict' },
  ])('$backlogBytes bytes, gated for $gatedForMs ms → $decision', (row) => {
    const gatedSinceMs = row.gatedForMs === null ? null : NOW_MS - row.gatedForMs;
    expect(decideSend(LIMITS, row.backlogBytes, gatedSinceMs, NOW_MS)).toBe(row.decision);
  });
});
