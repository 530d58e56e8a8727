import { expect, test } from 'vitest';
import { parseLatencies } from './schemas.ts';

test('[RG-25] latencies are taken as numbers that a measurement can have', () => {
  expect(parseLatencies([{ regionId: 'eu', rttMs: 0 }])).toEqual([
    { regionId: 'eu', rttMs: 0, jitterMs: 0, lossRatio: 0 },
  ]);
  const full = { regionId: 'us-east', rttMs: 81.5, jitterMs: 3, lossRatio: 0.2 };
  expect(parseLatencies([full])).toEqual([full]);
});

test.each([
  ['NaN', [{ regionId: 'eu', rttMs: Number.NaN }]],
  ['infinite', [{ regionId: 'eu', rttMs: Number.POSITIVE_INFINITY }]],
  ['negative', [{ regionId: 'eu', rttMs: -1 }]],
  ['text', [{ regionId: 'eu', rttMs: '20' }]],
  ['longer than a minute', [{ regionId: 'eu', rttMs: 60_001 }]],
  ['a negative jitter', [{ regionId: 'eu', rttMs: 1, jitterMs: -1 }]],
  ['more loss than all', [{ regionId: 'eu', rttMs: 1, lossRatio: 1.1 }]],
  ['no region id', [{ regionId: '__proto__', rttMs: 1 }]],
  ['of unknown keys', [{ regionId: 'eu', rttMs: 1, trustMe: true }]],
  [
    'of a region twice',
    [
      { regionId: 'eu', rttMs: 1 },
      { regionId: 'eu', rttMs: 2 },
    ],
  ],
  ['too many', Array.from({ length: 65 }, (_, i) => ({ regionId: `r${i}`, rttMs: 1 }))],
  ['no list', null],
])('[RG-25] latencies that are %s are refused with a code', (_, input) => {
  expect(() => parseLatencies(input)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});
