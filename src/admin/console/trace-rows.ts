import type { SpanView } from '../../protocol/telemetry.ts';

/** A span where it is drawn. */
export interface TraceRow {
  readonly span: SpanView;
  /** How many spans it is inside of. */
  readonly depth: number;
  /** Of the whole trace, 0–1. */
  readonly offsetRatio: number;
  readonly widthRatio: number;
}

/** A trace as it is drawn, and how long it took. */
export interface TraceRows {
  readonly rows: readonly TraceRow[];
  readonly startAtMs: number;
  readonly durationMs: number;
}

/**
 * Each span behind the one that it is inside of, brothers in the order of their beginnings. One whose parent nobody tells, such as a
 * client's click, stands at the left. Clocks of nodes differ: a span may begin before its parent, and is drawn where it says.
 */
export function layOut(spans: readonly SpanView[]): TraceRows {
  const startAtMs = Math.min(...spans.map((span) => span.startAtMs));
  const endAtMs = Math.max(...spans.map((span) => span.startAtMs + span.durationMs));
  const durationMs = spans.length === 0 ? 0 : endAtMs - startAtMs;
  const known = new Set(spans.map(({ spanId }) => spanId));
  const isRoot = ({ parentSpanId }: SpanView) => parentSpanId === null || !known.has(parentSpanId);
  const children = Map.groupBy(spans, (span) => (isRoot(span) ? '' : span.parentSpanId));
  const rows: TraceRow[] = [];
  const drawn = new Set<SpanView>();
  const draw = (parentId: string, depth: number) => {
    const inside = (children.get(parentId) ?? []).toSorted((a, b) => a.startAtMs - b.startAtMs);
    for (const span of inside) {
      // Ids come from elsewhere: two that are inside of each other must not be drawn for ever.
      if (drawn.has(span)) continue;
      drawn.add(span);
      rows.push({
        ...{ span, depth },
        offsetRatio: ratio(span.startAtMs - startAtMs, durationMs),
        widthRatio: ratio(span.durationMs, durationMs),
      });
      draw(span.spanId, depth + 1);
    }
  };
  draw('', 0);
  return { rows, startAtMs: spans.length === 0 ? 0 : startAtMs, durationMs };
}

/** `12.3 ms`, `1.24 s` */
export function durationText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
