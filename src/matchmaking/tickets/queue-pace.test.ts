import { expect, test } from 'vitest';
import { longestQueue, QueuePace, refuseForLength } from './queue-pace.ts';

test('the pace of a queue is that of the last minute, its wait the median of the last hundred', () => {
  const pace = new QueuePace();
  expect(pace.medianWaitMs).toBeNull();
  pace.matched(0, 4, [1_000, 9_000]);
  pace.matched(30_000, 2, [3_000]);
  expect(pace.matchedPerMinute(30_000)).toBe(6);
  expect(pace.matchedPerMinute(75_000)).toBe(2);
  expect(pace.medianWaitMs).toBe(3_000);
  for (let match = 0; match < 100; match += 1) pace.matched(80_000, 1, [500]);
  expect(pace.medianWaitMs).toBe(500);
});

test('[TK-5] a queue that cannot be matched before its tickets end says when to ask again', () => {
  // 1200 wait, 300 a minute: four minutes, and tickets live for two.
  expect(refuseForLength({ waiting: 1_200, matchedPerMinute: 300 }, 120_000)).toEqual({
    retryAfterMs: 120_000,
  });
  expect(refuseForLength({ waiting: 600, matchedPerMinute: 300 }, 120_000)).toBeNull();
  // A short one, or one whose pace nobody knows, is open.
  expect(refuseForLength({ waiting: 199, matchedPerMinute: 1 }, 120_000)).toBeNull();
  expect(refuseForLength({ waiting: 5_000, matchedPerMinute: 0 }, 120_000)).toBeNull();
});

test('tickets per second are those of the last two seconds', () => {
  const pace = new QueuePace();
  expect(pace.ticketsPerSecond(0)).toBe(0);
  pace.matched(0, 9, [1]);
  pace.matched(1_000, 4, [1, 1, 1]);
  pace.matched(1_500, 2, [1]);
  expect(pace.ticketsPerSecond(1_999)).toBe(2.5);
  expect(pace.ticketsPerSecond(2_000)).toBe(2);
  expect(pace.ticketsPerSecond(3_500)).toBe(0);
});

test('[TK-6] a queue may be as long as its rooms take two seconds, and no shorter for those who lack partners', () => {
  // All wait for rooms.
  expect(longestQueue({ waiting: 900, beingMade: 900, ticketsPerSecond: 300 })).toBe(600);
  // 2000 wait for partners, 50 for rooms: no sign that there are too many.
  expect(longestQueue({ waiting: 2_050, beingMade: 50, ticketsPerSecond: 200 })).toBe(2_400);
  // Nobody knows its pace yet, or it is a small one.
  expect(longestQueue({ waiting: 0, beingMade: 0, ticketsPerSecond: 0 })).toBe(200);
  // Of an older build that does not tell, or of a moment between two counts.
  expect(longestQueue({ waiting: 10, beingMade: 12, ticketsPerSecond: 1 })).toBe(200);
});
