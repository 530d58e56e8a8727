import { expect, test } from 'vitest';
import { RoundTrips } from './round-trips.ts';

/** One a second. */
function after(rttsMs: readonly number[]) {
  const trips = new RoundTrips();
  for (const [second, rttMs] of rttsMs.entries()) trips.add(rttMs, second * 1_000);
  return trips.figures;
}

const times = (count: number, rttMs: number): number[] => Array(count).fill(rttMs);

test.each([
  ['none yet', [], null],
  ['the first', [30], { p50Ms: 30, minMs: 30 }],
  ['two', [30, 40], { p50Ms: 40, minMs: 30 }],
  ['one slow answer', [30, 30, 30, 30, 900], { p50Ms: 30, minMs: 30 }],
  ['a way that was fast 30 s ago', [10, ...times(30, 50)], { p50Ms: 50, minMs: 10 }],
  ['a way that was fast 31 s ago', [10, ...times(31, 50)], { p50Ms: 50, minMs: 50 }],
  ['more than are kept', [...times(500, 90), ...times(40, 20)], { p50Ms: 20, minMs: 20 }],
])('[TM-1] the last five say what is, the last 30 s what can be: %s', (_what, rttsMs, figures) => {
  expect(after(rttsMs)).toEqual(figures);
});

test('[TM-3] a step of 200 ms shows at the third ping behind it', () => {
  const before = times(60, 40);
  expect(after([...before, ...times(2, 240)])?.p50Ms).toBe(40);
  expect(after([...before, ...times(3, 240)])).toEqual({ p50Ms: 240, minMs: 40 });
});

test('[TM-1] seconds without an answer age what was measured before them', () => {
  const trips = new RoundTrips();
  trips.add(10, 0);
  trips.add(50, 31_000);
  expect(trips.figures?.minMs).toBe(50);
});
