import { describe, expect, test } from 'vitest';
import { histogramQuantile, parsePrometheus, sumOf } from './prometheus.ts';

const buckets = (counts: readonly [string, number][], room = 'arena') =>
  counts.map(([le, count]) => `tick_seconds_bucket{le="${le}",room="${room}"} ${count}`).join('\n');

describe('parsePrometheus', () => {
  test('reads samples with and without labels, and skips comments', () => {
    const samples = parsePrometheus(
      '# HELP a b\n# TYPE a gauge\na 1.5\nb{x="y z"} 2e3\n\nbroken\n',
    );
    expect([...samples]).toEqual([
      ['a', 1.5],
      ['b{x="y z"}', 2_000],
    ]);
  });

  test('sums a metric over its labels, and no other whose name begins alike', () => {
    const samples = parsePrometheus('rooms{room="a"} 2\nrooms{room="b"} 3\nrooms_total 50\n');
    expect(sumOf(samples, 'rooms')).toBe(5);
    expect(sumOf(samples, 'clients')).toBeNull();
  });
});

describe('histogramQuantile', () => {
  const before = parsePrometheus(
    buckets([
      ['0.001', 100],
      ['0.002', 100],
      ['+Inf', 100],
    ]),
  );
  const after = parsePrometheus(
    buckets([
      ['0.001', 150],
      ['0.002', 200],
      ['+Inf', 200],
    ]),
  );

  test('is of what was recorded in between', () => {
    expect(histogramQuantile(before, after, 'tick_seconds', 0.5)).toBeCloseTo(0.001);
    expect(histogramQuantile(before, after, 'tick_seconds', 0.75)).toBeCloseTo(0.0015);
  });

  test('sums over labels', () => {
    const two = parsePrometheus(
      [
        buckets(
          [
            ['0.001', 10],
            ['+Inf', 10],
          ],
          'a',
        ),
        buckets(
          [
            ['0.001', 0],
            ['+Inf', 10],
          ],
          'b',
        ),
      ].join('\n'),
    );
    expect(histogramQuantile(new Map(), two, 'tick_seconds', 0.5)).toBeCloseTo(0.001);
    expect(histogramQuantile(new Map(), two, 'tick_seconds', 0.9)).toBe(0.001);
  });

  test('is null when nothing happened', () => {
    expect(histogramQuantile(after, after, 'tick_seconds', 0.5)).toBeNull();
  });
});
