import type { SpanView, TraceBrief } from '../../protocol/telemetry.ts';

/** Spans that somebody who comes into a room leaves. */
const JOIN_SPANS: ReadonlySet<string> = new Set(['room.join', 'room.first-state']);

/** What spans of one trace say of it. @param spans - at least one */
export function briefOf(spans: readonly SpanView[]): TraceBrief {
  const [first, ...others] = spans.map(briefOfSpan);
  if (first === undefined) throw new RangeError('A trace without spans.');
  return others.reduce(merged, first);
}

/** Traces that several nodes have spans of, each once. */
export function mergeBriefs(told: Iterable<TraceBrief>): readonly TraceBrief[] {
  const byTrace = new Map<string, TraceBrief>();
  for (const brief of told) {
    const known = byTrace.get(brief.traceId);
    byTrace.set(brief.traceId, known === undefined ? brief : merged(known, brief));
  }
  return [...byTrace.values()];
}

export type TraceOrder = 'newest' | 'slowest';

/** The first of a list. Slow is whoever waited long for a room: of traces without a join nobody asks how slow they are. */
export function firstTraces(
  briefs: readonly TraceBrief[],
  order: TraceOrder,
  limit: number,
): readonly TraceBrief[] {
  const sorted =
    order === 'newest'
      ? briefs.toSorted((a, b) => b.startAtMs - a.startAtMs)
      : briefs
          .filter(({ isJoin }) => isJoin)
          .toSorted((a, b) => b.durationMs - a.durationMs || b.startAtMs - a.startAtMs);
  return sorted.slice(0, limit);
}

/**
 * What one node tells of its traces, for others to merge: the newest. Of a join it may have but the part before the room, so that only single
 * requests are left out where joins are looked for.
 */
export function recentTraces(
  briefs: readonly TraceBrief[],
  order: TraceOrder,
  limit: number,
): readonly TraceBrief[] {
  const wanted =
    order === 'newest' ? briefs : briefs.filter(({ isJoin, spans }) => isJoin || spans > 1);
  return firstTraces(wanted, 'newest', limit);
}

function briefOfSpan(span: SpanView): TraceBrief {
  const { traceId, name, startAtMs, durationMs, error, nodeId, regionId } = span;
  return {
    ...{ traceId, name, startAtMs, durationMs, error },
    ...{ spans: 1, nodeIds: [nodeId], regionIds: [regionId], isJoin: JOIN_SPANS.has(name) },
  };
}

function merged(a: TraceBrief, b: TraceBrief): TraceBrief {
  const startAtMs = Math.min(a.startAtMs, b.startAtMs);
  const endAtMs = Math.max(a.startAtMs + a.durationMs, b.startAtMs + b.durationMs);
  return {
    ...{ traceId: a.traceId, startAtMs, durationMs: endAtMs - startAtMs },
    name: a.startAtMs <= b.startAtMs ? a.name : b.name,
    spans: a.spans + b.spans,
    nodeIds: [...new Set([...a.nodeIds, ...b.nodeIds])],
    regionIds: [...new Set([...a.regionIds, ...b.regionIds])],
    error: a.error ?? b.error,
    isJoin: a.isJoin || b.isJoin,
  };
}
