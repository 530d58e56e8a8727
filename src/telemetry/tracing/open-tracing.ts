import type { TracingConfig } from '../../config/operations-config.ts';
import { TraceBook } from './trace-book.ts';

/** Who says what spans and log lines say. */
export interface Teller {
  readonly nodeId: string;
  readonly regionId: string;
  /** What this process runs: `game`, or `auth,profile`. */
  readonly services: string;
}

export interface OpenTracing {
  /** The newest spans of this process; null: none are kept. */
  readonly book: TraceBook | null;
  /** Sends what is not sent yet; spans of later are lost. */
  close(): Promise<void>;
}

const NO_TRACING: OpenTracing = { book: null, close: async () => {} };

/**
 * Sets tracing up for this process, if a collector or the console is to have spans. Otherwise nothing of the SDK is loaded.
 *
 * @param config.otlpEndpoint - as OTEL_EXPORTER_OTLP_ENDPOINT: `/v1/traces` is added
 */
export async function openTracing(config: TracingConfig, teller: Teller): Promise<OpenTracing> {
  if (config.otlpEndpoint === '' && config.keptSpans === 0) return NO_TRACING;
  const book = config.keptSpans === 0 ? null : new TraceBook(config.keptSpans, teller);
  // The SDK takes a tenth of a second to load, which a node without traces need not spend.
  const { startSdk } = await import('./start-sdk.ts');
  const sdk = startSdk(config, teller, book);
  return { book, close: () => sdk.close() };
}
