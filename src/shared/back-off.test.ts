import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

test.each([
  [1, 0, 25],
  [1, 1, 50],
  [3, 1, 200],
  [7, 0, 1_000],
  [7, 1, 2_000],
  [5_000, 1, 2_000],
])('[RL-22] after %i failures, chance %d: %d ms', (failures, chance, ms) => {
  expect(backOffMs(failures, chance)).toBe(ms);
});
