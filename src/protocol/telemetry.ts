// Traces and log lines as operators get them, of all nodes that can be asked.
//
//   GET /admin/v1/traces?order=slowest|newest ─▶ TraceList
//   GET /admin/v1/traces/<traceId>            ─▶ TraceView
//   GET /admin/v1/logs?level=…&text=…         ─▶ LogList

export const TRACES_PATH = '/admin/v1/traces';
export const LOGS_PATH = '/admin/v1/logs';

/** A span that is over. */
export interface SpanView {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: the first one of its trace. It may be one that nobody tells: of a client, or forgotten since. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Wall clock of its node, ms, with fractions. */
  readonly startAtMs: number;
  readonly durationMs: number;
  /** A code; null: it went well. */
  readonly error: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** Other traces that it is about. */
  readonly linkedTraceIds: readonly string[];
  readonly nodeId: string;
  readonly regionId: string;
  /** What its process runs. */
  readonly services: string;
}

/** A trace in a list, as far as the spans that were found tell. */
export interface TraceBrief {
  readonly traceId: string;
  /** Of its earliest span. */
  readonly name: string;
  readonly startAtMs: number;
  readonly durationMs: number;
  readonly spans: number;
  readonly nodeIds: readonly string[];
  readonly regionIds: readonly string[];
  readonly error: string | null;
  /** Whether somebody came into a room. */
  readonly isJoin: boolean;
}

/** `GET /admin/v1/traces` */
export interface TraceList {
  /** Whether nodes keep spans at all (`MERIDIAN_TRACING_KEPT_SPANS`). */
  readonly isKept: boolean;
  readonly traces: readonly TraceBrief[];
  /** Who did not answer: nodes, or regions. */
  readonly silent: readonly string[];
}

/** `GET /admin/v1/traces/<traceId>` */
export interface TraceView {
  readonly traceId: string;
  /** The earliest first. */
  readonly spans: readonly SpanView[];
  readonly silent: readonly string[];
}

/** A line of a log, as it was written; secrets are not in it. */
export type LogLine = Readonly<Record<string, unknown>> & {
  /** ISO 8601. */
  readonly time: string;
  /** As pino counts: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number;
  readonly msg: string;
  readonly node: string;
  readonly region: string;
  readonly service: string;
};

/** `GET /admin/v1/logs` */
export interface LogList {
  /** The oldest first. */
  readonly lines: readonly LogLine[];
  readonly silent: readonly string[];
}

/** Which lines are wanted; what is absent may be anything. */
export interface LogQuery {
  /** The least. */
  readonly level?: number | undefined;
  readonly node?: string | undefined;
  readonly region?: string | undefined;
  /** Name or id of a room. */
  readonly room?: string | undefined;
  readonly traceId?: string | undefined;
  /** Somewhere in the line; case does not matter. */
  readonly text?: string | undefined;
  /** Wall clock, ms: later ones only. */
  readonly sinceMs?: number | undefined;
  /** The newest so many; 500 when absent. */
  readonly limit?: number | undefined;
}
