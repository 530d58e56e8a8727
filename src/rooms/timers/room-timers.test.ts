import { expect, test } from 'vitest';
import { RoomTimers } from './room-timers.ts';

class Hand {
  nowMs = 0;
  wakes = 0;
  readonly fired: string[] = [];
  readonly faults: unknown[] = [];
  readonly timers = new RoomTimers(
    () => this.nowMs,
    () => {
      this.wakes++;
    },
  );

  constructor(...names: string[]) {
    for (const name of names) this.timers.on(name, () => void this.fired.push(name));
  }

  tickAt(nowMs: number): readonly string[] {
    this.nowMs = nowMs;
    this.fired.length = 0;
    this.timers.tick((error) => this.faults.push(error));
    return [...this.fired];
  }
}

test('a timer fires once, when it is due', () => {
  const hand = new Hand('round');
  hand.timers.start('round', 1_000);
  expect(hand.wakes).toBe(1);
  expect(hand.tickAt(999)).toEqual([]);
  expect(hand.timers.remainingMs('round')).toBe(1);
  expect(hand.tickAt(1_000)).toEqual(['round']);
  expect(hand.tickAt(5_000)).toEqual([]);
  expect(hand.timers.isRunning).toBe(false);
});

test('what is due together fires in the order of the deadlines', () => {
  const hand = new Hand('late', 'early');
  hand.timers.start('late', 20);
  hand.timers.start('early', 10);
  expect(hand.tickAt(100)).toEqual(['early', 'late']);
});

test('a handler may stop or start timers, its own too', () => {
  const hand = new Hand('victim');
  hand.timers.on('again', () => {
    hand.timers.stop('victim');
    hand.timers.start('again', 50);
  });
  hand.timers.start('again', 10);
  hand.timers.start('victim', 20);
  expect(hand.tickAt(30)).toEqual([]);
  expect(hand.timers.remainingMs('again')).toBe(50);
});

test('a handler that throws keeps no other from firing', () => {
  const hand = new Hand('fine');
  hand.timers.on('bad', () => {
    throw new Error('no');
  });
  hand.timers.start('bad', 1);
  hand.timers.start('fine', 2);
  expect(hand.tickAt(10)).toEqual(['fine']);
  expect(hand.faults).toMatchObject([{ message: 'no' }]);
});

test('[SV-21] comes back as a deadline, not as a restart', () => {
  const before = new Hand('round');
  before.timers.start('round', 1_000);
  before.nowMs = 400;
  const kept = before.timers.snapshot();

  const after = new Hand('round');
  after.nowMs = 900;
  after.timers.start('round', 1_000);
  after.timers.load(kept);
  expect(after.timers.remainingMs('round')).toBe(100);
  expect(after.tickAt(1_000)).toEqual(['round']);
});

test('tells what changed, once', () => {
  const hand = new Hand('round');
  expect(hand.timers.takeChanges()).toBeNull();
  hand.timers.start('round', 5);
  expect(hand.timers.takeChanges()).toEqual({ round: 5 });
  expect(hand.timers.takeChanges()).toBeNull();
  hand.tickAt(5);
  expect(hand.timers.takeChanges()).toEqual({});
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d ms is no time to wait', (inMs) => {
  expect(() => new Hand('round').timers.start('round', inMs)).toThrow(RangeError);
});

test('a name nobody listens to cannot be started: after a failover nothing would happen', () => {
  expect(() => new Hand().timers.start('round', 1)).toThrow(/timers\.on/);
});
