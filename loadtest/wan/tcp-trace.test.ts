import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { percentile } from '../statistics/percentile.ts';
import { readTcpTrace, TCP_TRACES, TraceDelay } from './tcp-trace.ts';

const STAIRS = { source: 'made up', intervalMs: 50, delaysMs: [10, 300, 250, 200, 10] };

describe.each(TCP_TRACES)('the record %s', (name) => {
  const { delaysMs } = readTcpTrace(name);

  test('is that of a lossy path: most at once, a few far behind', () => {
    const sorted = delaysMs.toSorted((a, b) => a - b);
    expect(percentile(sorted, 50)).toBeCloseTo(83, -1);
    expect(percentile(sorted, 99)).toBeGreaterThan(250);
  });
});

describe('a connection from a record', () => {
  test('takes what the record took, from the moment it begins at', () => {
    const line = new TraceDelay(STAIRS, 50);
    expect([1_000, 1_050, 1_100, 1_150].map((ms) => line.arrivalMs(ms))).toEqual([
      1_300,
      1_300,
      1_300,
      1_160 + 140,
    ]);
  });

  test('what is written between two messages arrives between them', () => {
    const line = new TraceDelay(STAIRS, 0);
    expect(line.arrivalMs(0)).toBe(10);
    expect(line.arrivalMs(25)).toBe(25 + 155);
    expect(line.arrivalMs(50)).toBe(350);
  });

  test('begins again when it is over, and nothing overtakes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 130 }), { minLength: 1, maxLength: 60 }),
        fc.nat(10_000),
        (delaysMs, pauses, fromMs) => {
          const line = new TraceDelay({ ...STAIRS, delaysMs }, fromMs);
          let [nowMs, last] = [0, 0];
          for (const pause of pauses) {
            nowMs += pause;
            const arrival = line.arrivalMs(nowMs);
            expect(arrival).toBeGreaterThanOrEqual(Math.max(nowMs, last));
            last = arrival;
          }
        },
      ),
    );
  });
});
