import { expect, test } from 'vitest';
import { judgeLink } from './link-status.ts';

const thresholds = { laggingAfterMs: 1_000, cutAfterMs: 5_000 };

test.each([
  [0, 0, 0, 'linked'],
  [4_999, 4_999, 999, 'linked'],
  [0, 0, 1_000, 'lagging'],
  [5_000, 0, 0, 'cut'],
  [0, 5_000, 0, 'cut'],
  [5_000, 0, 9_000, 'cut'],
  [null, 0, 0, 'cut'],
  [0, null, 0, 'cut'],
] as const)(
  '[RL-30] confirmed %s ms ago, heard %s ms ago, %i ms behind: %s',
  (confirmedAgoMs, heardAgoMs, lagMs, state) => {
    const view = { confirmedAgoMs, heardAgoMs, lagMs, lagEntries: 1 };
    expect(judgeLink(view, thresholds)).toBe(state);
  },
);
