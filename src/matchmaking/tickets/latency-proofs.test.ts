import { expect, test } from 'vitest';
import { worstLatencies } from './latency-proofs.ts';

test('[TK-31] a party is as far from a region as its worst player, where all have measured', () => {
  expect(
    worstLatencies([
      { a: 20, b: 90, c: 10 },
      { a: 60, b: 30 },
    ]),
  ).toEqual({ a: 60, b: 90 });
  expect(worstLatencies([{ a: 5 }])).toEqual({ a: 5 });
  expect(worstLatencies([{ a: 5 }, { b: 5 }])).toEqual({});
});
