import { expect, test } from 'vitest';
import type { SpanView } from '../../protocol/telemetry.ts';
import { durationText, layOut } from './trace-rows.ts';

const span = (spanId: string, parentSpanId: string | null, startAtMs: number, durationMs: number) =>
  ({
    ...{ traceId: 't', spanId, parentSpanId, name: spanId, kind: 'internal' },
    ...{ startAtMs, durationMs, error: null, facts: {}, linkedTraceIds: [] },
    ...{ nodeId: 'n', regionId: 'r', services: 'all' },
  }) satisfies SpanView;

test('[TR-9] spans are drawn behind the one they are inside of, brothers by their beginnings', () => {
  const spans = [
    span('late', 'root', 150, 50),
    span('leaf', 'early', 120, 10),
    span('root', 'click of a client', 100, 100),
    span('early', 'root', 110, 30),
  ];
  const { rows, startAtMs, durationMs } = layOut(spans);
  expect({ startAtMs, durationMs }).toEqual({ startAtMs: 100, durationMs: 100 });
  expect(rows.map((row) => [row.span.name, row.depth, row.offsetRatio, row.widthRatio])).toEqual([
    ['root', 0, 0, 1],
    ['early', 1, 0.1, 0.3],
    ['leaf', 2, 0.2, 0.1],
    ['late', 1, 0.5, 0.5],
  ]);
});

test('[TR-9] what is inside of itself is not drawn for ever, and nothing is drawn of nothing', () => {
  const spans = [span('a', null, 0, 1), span('b', 'c', 0, 1), span('c', 'b', 0, 1)];
  expect(layOut(spans).rows.map((row) => row.span.name)).toEqual(['a']);
  expect(layOut([])).toEqual({ rows: [], startAtMs: 0, durationMs: 0 });
});

test('durations are told as people read them', () => {
  expect([0.04, 9.96, 12.4, 1_240].map(durationText)).toEqual([
    ...['0.0 ms', '10.0 ms', '12 ms', '1.24 s'],
  ]);
});
