import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { type EndedSpan, TraceBook } from './trace-book.ts';
import { firstTraces, mergeBriefs, recentTraces } from './trace-briefs.ts';

const TELLER = { nodeId: 'n1', regionId: 'eu', services: 'all' };
const place = (traceId: string, spanId: string) => ({
  traceId,
  spanId,
  traceFlags: TraceFlags.SAMPLED,
});

function span(traceId: string, spanId: string, more: Partial<EndedSpan> = {}): EndedSpan {
  return {
    ...{ name: spanId, kind: SpanKind.SERVER, spanContext: () => place(traceId, spanId) },
    ...{ startTime: [10, 500_000_000], duration: [0, 20_000_000] },
    ...{ status: { code: SpanStatusCode.UNSET }, attributes: {}, links: [] },
    ...more,
  };
}

test('[TR-7] the newest spans are kept, as many as it may, and traces without spans are forgotten', () => {
  const book = new TraceBook(3, TELLER);
  for (const [traceId, spanId] of [
    ['t1', 'a'],
    ['t1', 'b'],
    ['t2', 'c'],
    ['t2', 'd'],
  ] as const) {
    book.add(span(traceId, spanId));
  }
  expect(book.spansOf('t1').map(({ spanId }) => spanId)).toEqual(['b']);
  expect(book.spansOf('t2').map(({ spanId }) => spanId)).toEqual(['c', 'd']);
  book.add(span('t3', 'e'));
  expect(book.spansOf('t1')).toEqual([]);
  expect(book.briefs().map(({ traceId, spans }) => [traceId, spans])).toEqual([
    ['t2', 2],
    ['t3', 1],
  ]);
});

test('[TR-7] a span is told with who made it, its error and what it points to', () => {
  const book = new TraceBook(3, TELLER);
  book.add(
    span('t1', 'a', {
      parentSpanContext: place('t1', 'p'),
      status: { code: SpanStatusCode.ERROR, message: 'ROOM_FULL' },
      attributes: { 'meridian.queue': 'duel', 'error.type': 'ROOM_FULL' },
      links: [{ context: place('t9', 'x') }],
    }),
  );
  expect(book.spansOf('t1')).toEqual([
    {
      ...{ traceId: 't1', spanId: 'a', parentSpanId: 'p', name: 'a', kind: 'server' },
      ...{ startAtMs: 10_500, durationMs: 20, error: 'ROOM_FULL', linkedTraceIds: ['t9'] },
      facts: { 'meridian.queue': 'duel', 'error.type': 'ROOM_FULL' },
      ...TELLER,
    },
  ]);
});

test('[TR-8] a trace of several nodes is one, as long as all of it; the slowest joins come first', () => {
  const here = new TraceBook(9, TELLER);
  const there = new TraceBook(9, { ...TELLER, nodeId: 'n2', regionId: 'us' });
  here.add(span('t1', 'enter', { startTime: [10, 0] }));
  there.add(span('t1', 'x', { name: 'room.join', startTime: [12, 0], duration: [1, 0] }));
  here.add(span('t2', 'y', { name: 'room.join', startTime: [20, 0] }));
  here.add(span('t3', 'z', { startTime: [30, 0], duration: [9, 0] }));
  const briefs = mergeBriefs([...here.briefs(), ...there.briefs()]);
  expect(briefs[0]).toEqual({
    ...{ traceId: 't1', name: 'enter', startAtMs: 10_000, durationMs: 3_000, spans: 2 },
    ...{ nodeIds: ['n1', 'n2'], regionIds: ['eu', 'us'], error: null, isJoin: true },
  });
  const ids = (order: 'slowest' | 'newest') =>
    firstTraces(briefs, order, 2).map((it) => it.traceId);
  expect(ids('slowest')).toEqual(['t1', 't2']);
  expect(ids('newest')).toEqual(['t3', 't2']);
  // The part of a join that has no room in it is told, too; a single request is not.
  here.add(span('t1', 'again', { startTime: [11, 0] }));
  const told = recentTraces(here.briefs(), 'slowest', 9).map(({ traceId, isJoin }) => [
    traceId,
    isJoin,
  ]);
  expect(told).toEqual([
    ['t2', true],
    ['t1', false],
  ]);
});
