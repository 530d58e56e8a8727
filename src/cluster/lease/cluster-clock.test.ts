import { expect, test } from 'vitest';
import { ClusterClock } from './cluster-clock.ts';

/** A sample of a clock that is `offset` ahead, answered `wayOut` after it was sent. */
function sample(sentAtMs: number, offset: number, wayOut: number, wayBack: number) {
  return {
    sentAtMs,
    receivedAtMs: sentAtMs + wayOut + wayBack,
    serverMs: sentAtMs + wayOut + offset,
  };
}

test('[CL-12] the quickest round trip counts, slow and lopsided ones do not move the clock', () => {
  const clock = new ClusterClock();
  expect(clock.add(sample(0, 5_000, 90, 10))).toBe(5_040);
  expect(clock.add(sample(200, 5_000, 0.5, 0.5))).toBe(5_000);
  expect(clock.add(sample(400, 5_000, 300, 0))).toBe(5_000);
});

test('[CL-12] it follows a Redis whose clock was set', () => {
  const clock = new ClusterClock();
  clock.add(sample(0, 5_000, 0.5, 0.5));
  expect(clock.add(sample(200, -1_000, 2, 2))).toBe(-1_000);
});
