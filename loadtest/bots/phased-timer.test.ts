import { expect, test } from 'vitest';
import { PhasedTimer } from './phased-timer.ts';

/** Runs a timer of virtual time, looked at every 1.7 ms, and counts who was fired. */
function play(rateHz: number, members: readonly number[], durationMs: number, lookEveryMs = 1.7) {
  const fired = new Map<number, number[]>();
  const startMs = performance.now();
  const timer = new PhasedTimer<number>(rateHz, (member) => {
    fired.set(member, [...(fired.get(member) ?? []), nowMs - startMs]);
  });
  let nowMs = startMs;
  timer.run(nowMs);
  for (const member of members) timer.add(member, member);
  for (; nowMs < startMs + durationMs; nowMs += lookEveryMs) timer.run(nowMs);
  return fired;
}

test('everybody is fired at the exact rate, whatever the timer resolution', () => {
  const fired = play(30, [0, 10, 20, 33], 10_000);
  for (const times of fired.values()) expect(times.length).toBeGreaterThanOrEqual(299);
  for (const times of fired.values()) expect(times.length).toBeLessThanOrEqual(300);
});

test('each has a phase of its own', () => {
  const fired = play(20, [0, 25], 1_000, 0.5);
  const [first = 0] = fired.get(0) ?? [];
  const [second = 0] = fired.get(25) ?? [];
  expect(second - first).toBeCloseTo(25, 0);
});

test('rounds missed in a stall are left out', () => {
  const fired = play(20, [0], 10_000, 1_000);
  expect(fired.get(0)?.length).toBeLessThanOrEqual(22);
});
