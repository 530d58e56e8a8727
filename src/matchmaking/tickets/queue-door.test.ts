import { expect, test } from 'vitest';
import { QueueDoor } from './queue-door.ts';

function setUp() {
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
  const node = { busyRatio: 0.5 };
  const door = new QueueDoor({ clock, busyRatio: () => node.busyRatio });
  /** Each gets his answer at once. */
  const lettingIn = (count: number) =>
    Array.from({ length: count }, () => {
      const isIn = door.letsIn();
      if (isIn) door.left();
      return isIn;
    });
  return {
    clock,
    node,
    door,
    admitted: (count: number) => lettingIn(count).filter(Boolean).length,
  };
}

test('[TK-6] the door is open until the queue is found full, and again two seconds after that', () => {
  const { clock, door, admitted } = setUp();
  expect(admitted(10_000)).toBe(10_000);
  expect(door.foundFull(100)).toBe(true);
  expect(admitted(10_000)).toBe(0);
  clock.nowMs = 1_999;
  expect(admitted(10_000)).toBeLessThan(100);
  clock.nowMs = 2_000;
  expect(admitted(10_000)).toBe(10_000);
});

test('[TK-6] meanwhile it lets in a tenth more than are seated, evenly', () => {
  const { clock, door, admitted } = setUp();
  let came = 0;
  for (; clock.nowMs < 10_000; clock.nowMs += 10) {
    expect(door.foundFull(100)).toBe(clock.nowMs === 0);
    came += admitted(50);
  }
  expect(came).toBeGreaterThan(1_050);
  expect(came).toBeLessThanOrEqual(1_100);
});

test('[TK-6] however slow the queue, somebody is let in', () => {
  const { clock, door, admitted } = setUp();
  door.foundFull(0);
  clock.nowMs = 1_000;
  expect(admitted(100)).toBe(5);
});

test('[TK-6] a busy node lets in fewer and fewer, until it is not busy any more', () => {
  const { clock, node, door, admitted } = setUp();
  const inTheNextSecond = () => {
    let came = 0;
    for (const endMs = clock.nowMs + 1_000; clock.nowMs < endMs; clock.nowMs += 10) {
      door.foundFull(100);
      came += admitted(50);
    }
    return came;
  };
  inTheNextSecond();
  node.busyRatio = 0.99;
  const busy = [inTheNextSecond(), inTheNextSecond(), inTheNextSecond(), inTheNextSecond()];
  expect(busy).toEqual(busy.toSorted((a, b) => b - a));
  expect(busy[0]).toBeLessThan(95);
  expect(busy[3]).toBeLessThan(35);
  node.busyRatio = 0.5;
  const calm = Array.from({ length: 12 }, inTheNextSecond);
  expect(calm).toEqual(calm.toSorted((a, b) => a - b));
  expect(calm[11]).toBeGreaterThanOrEqual(109);
});

test('[TK-6] no more are looked at at a time than can be', () => {
  const { door } = setUp();
  const inside = Array.from({ length: 200 }, () => door.letsIn()).filter(Boolean).length;
  expect(inside).toBe(128);
  door.left();
  expect([door.letsIn(), door.letsIn()]).toEqual([true, false]);
});
