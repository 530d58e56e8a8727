import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/operations-config.ts';
import { EdgeSampler } from './edge-sampler.ts';
import type { Teller } from './open-tracing.ts';
import type { TraceBook } from './trace-book.ts';

/** What one span may carry: spans in a queue, or in the book, have a bound in bytes. */
const SPAN_LIMITS = {
  attributeCountLimit: 16,
  attributeValueLengthLimit: 128,
  eventCountLimit: 4,
  linkCountLimit: 16,
} as const;
/** Spans that wait for a collector that takes none, about a kilobyte each; more are dropped. */
const MOST_WAITING = 4_096;
const EXPORT_WITHIN_MS = 10_000;
/** A process that ends does not wait longer for its collector. */
const CLOSE_WITHIN_MS = 2_000;

/** OpenTelemetry's SDK as the API's provider of this process. @param book - gets every span, too */
export function startSdk(
  config: TracingConfig,
  { nodeId, regionId, services }: Teller,
  book: TraceBook | null,
): { close(): Promise<void> } {
  const spanProcessors: SpanProcessor[] = [];
  if (book !== null) spanProcessors.push(asProcessor(book));
  if (config.otlpEndpoint !== '') spanProcessors.push(toCollector(config));
  const provider = new TracerProvider({
    sampler: new EdgeSampler(config.sampleRatio),
    spanLimits: SPAN_LIMITS,
    spanProcessors,
    // By the names of OpenTelemetry's semantic conventions, where they have one.
    resource: resourceFromAttributes({
      'service.name': config.serviceName,
      'service.instance.id': nodeId,
      'meridian.region': regionId,
      'meridian.services': services,
    }),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    close: async () => {
      trace.disable();
      context.disable();
      const timeout = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      // A collector that is away is no reason to fail: what it did not take is lost.
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}

function toCollector(config: TracingConfig): SpanProcessor {
  const { otlpEndpoint, otlpHeaders, flushEveryMs } = config;
  const exporter = new OTLPTraceExporter({
    url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: { ...otlpHeaders },
    timeoutMillis: EXPORT_WITHIN_MS,
  });
  return new BatchSpanProcessor({
    exporter,
    maxQueueSize: MOST_WAITING,
    scheduledDelayMillis: flushEveryMs,
    exportTimeoutMillis: EXPORT_WITHIN_MS,
  });
}

function asProcessor(book: TraceBook): SpanProcessor {
  return {
    onStart: () => {},
    onEnd: (span) => book.add(span),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
}
