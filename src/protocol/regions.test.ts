import { expect, test } from 'vitest';
import { latencyFigures } from './regions.ts';

test.each([
  [[], null],
  [[30], { rttMs: 30, jitterMs: 0 }],
  [[32, 30, 90, 31, 35], { rttMs: 30, jitterMs: 60 }],
  // Of ten the slowest one is an accident.
  [[10, 11, 12, 13, 14, 15, 16, 17, 18, 400], { rttMs: 10, jitterMs: 8 }],
])(
  '[RG-14] of round trips the fastest counts, and jitter is the 90th percentile less that: %j',
  (rttsMs, figures) => {
    expect(latencyFigures(rttsMs)).toEqual(figures);
  },
);
