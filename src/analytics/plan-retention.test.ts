import { expect, test } from 'vitest';
import { planRetention } from './plan-retention.ts';

const file = (name: string, bytes: number, changedAtMs: number) => ({ name, bytes, changedAtMs });
const files = [file('c', 30, 3_000), file('a', 10, 1_000), file('b', 20, 2_000)];

test.each([
  ['nothing while they fit', { mostBytes: 60, keepMs: 10_000, nowMs: 3_000 }, []],
  ['the oldest while they are too much', { mostBytes: 59, keepMs: 10_000, nowMs: 3_000 }, ['a']],
  ['as many as it takes', { mostBytes: 30, keepMs: 10_000, nowMs: 3_000 }, ['a', 'b']],
  ['all, if need be', { mostBytes: 1, keepMs: 10_000, nowMs: 3_000 }, ['a', 'b', 'c']],
  ['those that are too old', { mostBytes: 60, keepMs: 1_000, nowMs: 3_001 }, ['a', 'b']],
  ['none of this age', { mostBytes: 60, keepMs: 2_000, nowMs: 3_000 }, []],
])('[AN-30] goes: %s', (_, limits, gone) => {
  expect(planRetention(files, limits)).toEqual(gone);
});
