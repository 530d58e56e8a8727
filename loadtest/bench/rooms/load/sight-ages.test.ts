import { expect, test, vi } from 'vitest';
import { SightAges } from './sight-ages.ts';

test('tells how long ago others sent the input that they are seen after, near and far apart', () => {
  using _now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const ages = new SightAges(50, (sessionId, seq) => (sessionId === 'gone' ? undefined : seq * 10));
  const own = { x: 0, y: 0, seq: 99 };
  const seen = new Map([
    ['own', own],
    ['near', { x: 30, y: 40, seq: 95 }],
    ['far', { x: 30, y: 41, seq: 60 }],
    ['gone', { x: 0, y: 0, seq: 1 }],
  ]);
  // Before it is on, nothing counts.
  ages.look(own, seen);
  ages.start();
  for (let patch = 0; patch < 4; patch++) ages.look(own, seen);
  const { near, far } = ages.stop();
  expect({ near: near.p50, far: far.p50, counts: [near.count, far.count] }).toEqual({
    near: 50,
    far: 400,
    counts: [1, 1],
  });
});
