import fc from 'fast-check';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parsePrometheus } from '../../loadtest/load/prometheus.ts';
import { HdrSummary } from './hdr-summary.ts';

function summary() {
  const registry = new Registry();
  let nowMs = 1_000;
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
  const options = { name: 'wait_seconds', help: 'How long.', labelNames: ['room'] as const };
  const made = new HdrSummary<'room'>(
    registry,
    { ...options, resolution: 0.000_1, most: 10 },
    { clock },
  );
  const series = { arena: made.series({ room: 'arena' }), duel: made.series({ room: 'duel' }) };
  return {
    observe: (room: keyof typeof series, seconds: number) => series[room].observe(seconds),
    advance: (ms: number) => {
      nowMs += ms;
    },
    text: () => registry.metrics(),
    sample: async (name: string) => parsePrometheus(await registry.metrics()).get(name),
  };
}

const P50 = 'wait_seconds{room="arena",quantile="0.5"}';

test('[TM-7] a summary as Prometheus reads it, by label', async () => {
  const { observe, text } = summary();
  for (const seconds of [0.01, 0.02, 0.03]) observe('arena', seconds);
  observe('duel', 2);
  const lines = (await text()).split('\n');
  expect(lines).toContain('# TYPE wait_seconds summary');
  expect(lines).toContain('wait_seconds_count{room="arena"} 3');
  expect(lines).toContain('wait_seconds_sum{room="arena"} 0.06');
  expect(lines).toContain('wait_seconds_count{room="duel"} 1');
});

test('[TM-7] quantiles are exact to one percent and one step', async () => {
  const seconds = fc.double({ min: 0, max: 10, noNaN: true });
  await fc.assert(
    fc.asyncProperty(fc.array(seconds, { minLength: 1, maxLength: 200 }), async (values) => {
      const { observe, sample } = summary();
      for (const value of values) observe('arena', value);
      const sorted = values.toSorted((a, b) => a - b);
      for (const quantile of [0.5, 0.95, 0.99]) {
        const exact = sorted[Math.ceil(sorted.length * quantile) - 1] as number;
        const told = await sample(`wait_seconds{room="arena",quantile="${quantile}"}`);
        expect(Math.abs((told ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact / 100 + 0.000_2);
      }
    }),
    { numRuns: 50 },
  );
});

test('[TM-7] quantiles forget within a minute, sum and count do not', async () => {
  const { observe, advance, sample } = summary();
  observe('arena', 1);
  advance(29_999);
  observe('arena', 1);
  expect(await sample(P50)).toBeCloseTo(1, 1);
  advance(15_000);
  observe('arena', 0.1);
  expect(await sample(P50)).toBeCloseTo(1, 1);
  // Half a minute on, the window with the two is gone.
  advance(15_001);
  observe('arena', 0.1);
  expect(await sample(P50)).toBeCloseTo(0.1, 2);
  advance(60_000);
  expect(await sample(P50)).toBeNaN();
  expect(await sample('wait_seconds_count{room="arena"}')).toBe(4);
  expect(await sample('wait_seconds_sum{room="arena"}')).toBeCloseTo(2.2, 5);
});

test.each([
  ['less than nothing', -5, 0],
  ['more than is tracked', 1e9, 10],
])('[TM-7] %s is counted as what is nearest', async (_what, given, counted) => {
  const { observe, sample } = summary();
  observe('arena', given);
  expect(await sample('wait_seconds_sum{room="arena"}')).toBe(counted);
  const told = (await sample(P50)) ?? Number.NaN;
  expect(Math.abs(told - counted)).toBeLessThanOrEqual(counted / 100);
});
