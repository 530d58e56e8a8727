import { expect, test } from 'vitest';
import { LinkAcks } from './link-acks.ts';

test('[FL-1] an answer tells that all was read that left before its ping', () => {
  const acks = new LinkAcks();
  acks.handed(500);
  acks.pinged(10);
  acks.handed(300);
  expect(acks).toMatchObject({ inFlightBytes: 800, unpingedBytes: 300, unansweredSinceMs: 10 });
  expect(acks.answered(10, 90)).toEqual({ rttMs: 80, sentAtMs: 10, ackedBytes: 500 });
  expect(acks).toMatchObject({ inFlightBytes: 300, unansweredSinceMs: null, pingsUnderWay: 0 });
});

test('an answer answers for the pings before it, and those that nobody sent for nothing', () => {
  const acks = new LinkAcks();
  for (const atMs of [1, 2, 3]) {
    acks.handed(100);
    acks.pinged(atMs);
  }
  expect(acks.answered(7, 50)).toBeNull();
  expect(acks.answered(2, 50)?.ackedBytes).toBe(200);
  expect(acks.answered(1, 60)).toBeNull();
  expect(acks).toMatchObject({ inFlightBytes: 100, unansweredSinceMs: 3, pingsUnderWay: 1 });
});

test('who answers nothing costs no memory', () => {
  const acks = new LinkAcks();
  for (let atMs = 1; atMs <= 1_000; atMs++) acks.pinged(atMs);
  expect(acks.pingsUnderWay).toBeLessThanOrEqual(32);
  expect(acks.unansweredSinceMs).toBe(1);
});
