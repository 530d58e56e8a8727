import { expect, test } from 'vitest';
import { Playout } from './playout.ts';
import { RoomTime } from './room-time.ts';

/** The room's clock is this much ahead of ours, ms. */
const AHEAD_MS = 5_000;

/** A link of 40 ms there and 40 ms back, at best. */
class Link {
  nowMs = 100_000;
  aheadMs = AHEAD_MS;
  readonly playout = new Playout();
  readonly actions: number[] = [];
  readonly time = new RoomTime({
    playout: this.playout,
    nowMs: () => this.nowMs,
    patchIntervalMs: 50,
    onPatch: () => undefined,
    onAction: (durationMs) => this.actions.push(durationMs),
  });

  /** @param lateMs - beyond the 40 ms @param rttMs - of the input that it acknowledges */
  patch(lateMs: number, rttMs = -1): void {
    this.nowMs += 50;
    this.time.sample(this.nowMs + this.aheadMs - 40 - lateMs, rttMs);
  }

  get error(): number {
    return this.time.serverNow() - (this.nowMs + this.aheadMs);
  }
}

test('[NC-10] the first patch sets the clock, and half a round trip of a ping mends it: who only watches has the time too', () => {
  const link = new Link();
  expect(link.time.lastServerTime()).toBe(0);
  // The first patch comes late, as with the full state of a big room.
  link.patch(300);
  expect(link.error).toBe(-340);
  for (let i = 0; i < 100; i += 1) {
    if (i % 40 === 0) link.time.addRtt(80 + i);
    link.patch(i % 3 === 0 ? 90 : 0);
  }
  expect(Math.abs(link.error)).toBeLessThan(2);
  expect(link.actions).toEqual([]);
});

test('[NC-10] late patches and slow round trips do not move it', () => {
  const link = new Link();
  for (let i = 0; i < 200; i += 1) link.patch(i % 5 === 0 ? 0 : 200, i % 10 === 0 ? 80 : 400);
  expect(Math.abs(link.error)).toBeLessThan(3);
  expect(link.actions).toHaveLength(200);
  expect(link.time.rtt()).toBe(400);
});

test('[NC-10] after a reconnection it is the clock of the node that has the room now', () => {
  const link = new Link();
  for (let i = 0; i < 100; i += 1) link.patch(0, 80);
  link.playout.reset();
  link.time.reset();
  link.aheadMs = -60_000;
  link.patch(0, 80);
  expect(Math.abs(link.error)).toBeLessThan(3);
});

test('[NC-6] rooms that serve at several paces have no one interval for Colyseus to judge rests by', () => {
  const { time } = new Link();
  expect(time.patchInterval()).toBe(50);
  time.pace();
  expect(time.patchInterval()).toBe(0);
});
