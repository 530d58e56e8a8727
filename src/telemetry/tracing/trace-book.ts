import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanView, TraceBrief } from '../../protocol/telemetry.ts';
import { briefOf } from './trace-briefs.ts';

const KINDS = {
  [SpanKind.INTERNAL]: 'internal',
  [SpanKind.SERVER]: 'server',
  [SpanKind.CLIENT]: 'client',
  [SpanKind.PRODUCER]: 'producer',
  [SpanKind.CONSUMER]: 'consumer',
} as const satisfies Record<SpanKind, SpanView['kind']>;

/** As much of a `ReadableSpan` as is kept. */
export type EndedSpan = Pick<
  ReadableSpan,
  | 'name'
  | 'kind'
  | 'spanContext'
  | 'parentSpanContext'
  | 'startTime'
  | 'duration'
  | 'status'
  | 'attributes'
  | 'links'
>;

/**
 * The newest spans of this process, so that the console shows traces where there is no collector.
 *
 * Bounded by their number: a span is 16 facts of 128 characters at most (start-sdk.ts), so `mostSpans` of them take less than
 * `mostSpans` × 4 KiB, and about 0.7 KiB each as they come. Spans go one by one, the oldest first, so an old trace may have lost some.
 */
export class TraceBook {
  readonly #most: number;
  readonly #teller: Pick<SpanView, 'nodeId' | 'regionId' | 'services'>;
  /** A ring: `#next` is the oldest once it is full. */
  readonly #spans: SpanView[] = [];
  readonly #byTrace = new Map<string, Set<SpanView>>();
  #next = 0;

  /** @param mostSpans - at least 1 */
  constructor(mostSpans: number, teller: Pick<SpanView, 'nodeId' | 'regionId' | 'services'>) {
    this.#most = mostSpans;
    this.#teller = teller;
  }

  add(span: EndedSpan): void {
    const view = viewOf(span, this.#teller);
    const oldest = this.#spans[this.#next];
    if (oldest !== undefined) this.#forget(oldest);
    this.#spans[this.#next] = view;
    this.#next = (this.#next + 1) % this.#most;
    const known = this.#byTrace.get(view.traceId);
    if (known === undefined) this.#byTrace.set(view.traceId, new Set([view]));
    else known.add(view);
  }

  /** Of one trace, in the order in which they ended. */
  spansOf(traceId: string): readonly SpanView[] {
    return [...(this.#byTrace.get(traceId) ?? [])];
  }

  /** All traces, in no order. */
  briefs(): readonly TraceBrief[] {
    return [...this.#byTrace.values()].map((spans) => briefOf([...spans]));
  }

  #forget(span: SpanView): void {
    const known = this.#byTrace.get(span.traceId);
    known?.delete(span);
    if (known?.size === 0) this.#byTrace.delete(span.traceId);
  }
}

function viewOf(
  span: EndedSpan,
  teller: Pick<SpanView, 'nodeId' | 'regionId' | 'services'>,
): SpanView {
  const { traceId, spanId } = span.spanContext();
  return {
    ...{ traceId, spanId, name: span.name, kind: KINDS[span.kind] },
    parentSpanId: span.parentSpanContext?.spanId ?? null,
    startAtMs: msOf(span.startTime),
    durationMs: msOf(span.duration),
    error: errorOf(span),
    facts: factsOf(span.attributes),
    linkedTraceIds: span.links.map((link) => link.context.traceId),
    ...teller,
  };
}

/** `[seconds, nanoseconds]` */
function msOf([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}

function errorOf({ status, attributes }: EndedSpan): string | null {
  if (status.code !== SpanStatusCode.ERROR) return null;
  return String(attributes['error.type'] ?? status.message ?? 'unknown');
}

function factsOf(attributes: Attributes): SpanView['facts'] {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, value]]
        : [],
    ),
  );
}
