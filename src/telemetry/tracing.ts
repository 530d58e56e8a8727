// Traces: what one join took, where. Every part that has one to tell of calls `inSpan`; nothing here loads an SDK. Until `openTracing`
// (tracing/open-tracing.ts) has set one up, spans are OpenTelemetry's no-ops.
//
//   edge (HTTP) ── begins a trace, or goes on with the client's, if it is sampled
//     └▶ call of a node, gRPC, message over a region link, seat ── go on with the trace that comes with them, and never begin one
//
// What runs per frame, step or patch has no span: only what happens once per join does.
//
// OpenTelemetry's API is one per process by design, so that libraries and games can add spans of their own: `trace.getTracer('my-game')`.

import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { GameError } from '../errors/game-error.ts';
import { readTraceparent, writeTraceparent } from '../protocol/traceparent.ts';

export type { Span } from '@opentelemetry/api';
export { SpanKind } from '@opentelemetry/api';

/**
 * All that a span may say: a closed list, so that nobody puts a name, an address or a token into one. Ids of rooms, matches and tickets
 * are random and name no person.
 */
export interface SpanFacts {
  readonly 'http.request.method'?: string;
  /** The pattern, never the path. */
  readonly 'http.route'?: string;
  readonly 'http.response.status_code'?: number;
  readonly 'rpc.method'?: string;
  /** A code of errors.ts, or the class of what was thrown; never its text. */
  readonly 'error.type'?: string;
  readonly 'meridian.queue'?: string;
  readonly 'meridian.room.name'?: string;
  readonly 'meridian.room.id'?: string;
  readonly 'meridian.match.id'?: string;
  readonly 'meridian.ticket.id'?: string;
  readonly 'meridian.tickets'?: number;
  readonly 'meridian.players'?: number;
  /** From which region, or to which. */
  readonly 'meridian.peer.region'?: string;
  readonly 'meridian.node'?: string;
  readonly 'meridian.outcome'?: string;
  /** Where a trace may begin; see tracing/edge-sampler.ts. */
  readonly 'meridian.edge'?: boolean;
}

export interface SpanSpec {
  readonly name: string;
  /** `INTERNAL` when absent. */
  readonly kind?: SpanKind;
  readonly facts?: SpanFacts;
  /** The `traceparent` that came along. Absent or malformed: the span that is active here. */
  readonly parent?: string | undefined;
  /** `traceparent`s of other traces that this is about. */
  readonly links?: readonly string[];
  /** A trace may begin here. */
  readonly isEdge?: boolean;
  /** Wall clock, ms; now when absent. */
  readonly startedAtMs?: number;
}

/** Marks a context that no trace goes on in. */
const OUTSIDE = createContextKey('meridian: outside of traces');
/** Most traces that one span points to: a match of many parties names the first. */
const MOST_LINKS = 16;

export function tracer(): Tracer {
  return trace.getTracer('meridian');
}

/**
 * Runs `work` in a span; without a trace to go on with, and not at an edge, in none. What `work` throws ends the span as failed, and is
 * thrown.
 */
export async function inSpan<T>(
  spec: SpanSpec,
  work: (span: Span | null) => Promise<T> | T,
): Promise<T> {
  const parent = parentOf(spec);
  if (parent === null) return await work(null);
  const span = begin(spec, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A span that is not over when a function is; its owner ends it. Null: there is no trace to go on with. */
export function startSpan(spec: SpanSpec): Span | null {
  const parent = parentOf(spec);
  return parent === null ? null : begin(spec, parent);
}

/** Runs `work` where `span` is active; it goes on when that is done. */
export function withSpan<T>(span: Span | null, work: () => T): T {
  return span === null ? work() : context.with(trace.setSpan(context.active(), span), work);
}

/**
 * Marks a span as failed, without the text of the error: it may have an address or a token in it.
 *
 * @param error - what was thrown, or a code
 */
export function fail(span: Span, error: unknown): void {
  const type = errorTypeOf(error);
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

/** What `error.type` says of it: a code, or a class. */
export function errorTypeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof GameError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** Adds what became known. */
export function note(span: Span | null, facts: SpanFacts): void {
  span?.setAttributes(facts as Attributes);
}

/**
 * For whoever is called, told or seated: goes on with this trace there.
 *
 * @returns null: tracing is off, or no request is served here; '' when its trace is not recorded, or is over (timers that a request has
 *   set run in its context for ever)
 */
export function activeTraceparent(): string | null {
  if (context.active().getValue(OUTSIDE) === true) return '';
  const span = trace.getActiveSpan();
  if (span === undefined) return null;
  return traceparentOf(span) ?? '';
}

/** @returns null for a span that is not recorded, or over */
export function traceparentOf(span: Span | null): string | null {
  if (span === null || !span.isRecording()) return null;
  const { traceId, spanId } = span.spanContext();
  return writeTraceparent({ traceId, spanId, isSampled: true });
}

/** Of the trace that is being recorded here, for log lines and exemplars. */
export function activeTraceId(): string | undefined {
  return traceIdOf(trace.getActiveSpan() ?? null);
}

/** @returns undefined for a span that is not recorded, or over */
export function traceIdOf(span: Span | null): string | undefined {
  return span?.isRecording() === true ? span.spanContext().traceId : undefined;
}

/** Runs what belongs to no request, and is begun by one: a room's life must not go on in the trace of who came first. */
export function outsideOfTraces<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(OUTSIDE, true), work);
}

/** @returns null: no span is wanted */
function parentOf({ parent, isEdge = false }: SpanSpec): Context | null {
  const place = readTraceparent(parent);
  if (place !== null) {
    const { traceId, spanId, isSampled } = place;
    const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
  }
  if (trace.getActiveSpan()?.isRecording() === true) return context.active();
  return isEdge ? ROOT_CONTEXT : null;
}

function begin({ name, kind, facts, links = [], startedAtMs, isEdge }: SpanSpec, parent: Context) {
  const spec = {
    kind: kind ?? SpanKind.INTERNAL,
    attributes: { ...facts, ...(isEdge === true ? { 'meridian.edge': true } : {}) },
    links: links.slice(0, MOST_LINKS).flatMap(linkTo),
    ...(startedAtMs === undefined ? {} : { startTime: startedAtMs }),
  };
  return tracer().startSpan(name, spec, parent);
}

function linkTo(traceparent: string): Link[] {
  const place = readTraceparent(traceparent);
  if (place === null) return [];
  const { traceId, spanId } = place;
  return [{ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } }];
}
