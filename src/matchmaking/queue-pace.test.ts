import { expect, test } from 'vitest';
import { QueuePace, refuseForLength } from './queue-pace.ts';

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
