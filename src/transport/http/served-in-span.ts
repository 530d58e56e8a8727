import { GameError } from '../../errors/game-error.ts';
import { TRACEPARENT } from '../../protocol/traceparent.ts';
import {
  errorTypeOf,
  fail,
  note,
  SpanKind,
  startSpan,
  traceIdOf,
  withSpan,
} from '../../telemetry/tracing.ts';
import { inCallContext } from '../rpc/call-context.ts';
import type { Route } from './route.ts';

/** What is needed of a request; one of express has it. */
export interface TracedRequest {
  readonly method: string;
  get(header: string): string | undefined;
  readonly res?: { readonly locals: Record<string, unknown> } | undefined;
}

/** Answers a request of the API: in a span, and in the context of whatever it calls. */
export function servedAsRoute<Reply>(
  request: TracedRequest,
  { path, status }: Pick<Route, 'path' | 'status'>,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const context = {
    traceparent: request.get(TRACEPARENT) ?? '',
    // Nobody knows how long a client waits: each call it causes has its own deadline.
    deadlineMs: Number.POSITIVE_INFINITY,
  };
  return inCallContext(context, () => servedInSpan({ request, route: path, status }, answer));
}

/**
 * Answers a request in a span: the edge, where traces begin, or where the client's goes on. Named by the pattern of its path. A refusal is
 * no failure of ours: the span has its code, and no error (OpenTelemetry, semantic conventions of HTTP spans, "Status").
 */
export async function servedInSpan<Reply>(
  {
    request,
    route,
    status,
  }: { readonly request: TracedRequest; readonly route: string; readonly status: number },
  answer: () => Promise<Reply>,
): Promise<Reply> {
  const { method } = request;
  const span = startSpan({
    ...{ name: `${method} ${route}`, kind: SpanKind.SERVER, isEdge: true },
    parent: request.get(TRACEPARENT),
    facts: { 'http.request.method': method, 'http.route': route },
  });
  const traceId = traceIdOf(span);
  // For the line that is written when the answer has left, outside of the span.
  if (request.res !== undefined && traceId !== undefined) request.res.locals['traceId'] = traceId;
  try {
    const reply = await withSpan(span, answer);
    note(span, { 'http.response.status_code': status });
    return reply;
  } catch (error) {
    const refusal = error instanceof GameError ? error : new GameError('INTERNAL');
    note(span, {
      'http.response.status_code': refusal.spec.http,
      'error.type': errorTypeOf(error),
    });
    if (refusal.spec.http >= 500 && span !== null) fail(span, error);
    throw error;
  } finally {
    span?.end();
  }
}
