import { expect, test } from 'vitest';
import { judgeFigures, judgementLines } from './bounds.ts';

test.each([
  ['write_p99_ms', 49.9, true],
  ['write_p99_ms', 50, false],
  ['quick_loop_lag_p99_ms', 20, false],
  ['acknowledged_lost', 1, false],
  ['hit_ratio', 0.95, true],
  ['hit_ratio', 0.9499, false],
  ['stampede_loads', 0, false],
  ['whatever', -1, true],
  // A measurement that came to nothing is not kept.
  ['write_p99_ms', Number.NaN, false],
])('%s of %d: %s', (name, value, isKept) => {
  expect(judgeFigures({ [name]: value })).toMatchObject([{ name, value, isKept }]);
});

test('each figure has a line, and says what it had to be', () => {
  const lines = judgementLines(judgeFigures({ write_p99_ms: 60, writes: 3 })).split('\n');
  expect(lines).toEqual(['write_p99_ms  60  (< 50: MISSED)', 'writes        3']);
});
