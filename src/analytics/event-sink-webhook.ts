import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../shared/parse-json.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';

/** What one request may take, ms. */
const REQUEST_TIMEOUT_MS = 10_000;
const TOO_LARGE = 413;

const WithId = z.looseObject({ id: z.string() });

export interface WebhookSinkOptions {
  readonly url: string;
  /** Sent as `Authorization: Bearer …`; empty: none. Never logged. */
  readonly token: string;
  /** Longest a request may take, ms. */
  readonly timeoutMs?: number;
}

/**
 * Events by HTTP: `POST` of NDJSON, with an `Idempotency-Key` that is the same when the same events are sent again. Only 2xx is "written"; on
 * anything else they come again, so a receiver answers 2xx for events it does not want.
 */
export class WebhookEventSink implements EventSink {
  readonly #options: WebhookSinkOptions;
  readonly #closed = new AbortController();

  constructor(options: WebhookSinkOptions) {
    this.#options = options;
  }

  async write(lines: readonly string[]): Promise<SinkOutcome> {
    const { url, token, timeoutMs = REQUEST_TIMEOUT_MS } = this.#options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-ndjson',
          'Idempotency-Key': idempotencyKey(lines),
          ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        },
        body: `${lines.join('\n')}\n`,
        // A redirected POST may become a GET that says 200.
        redirect: 'error',
        signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(timeoutMs)]),
      });
      // Unread, it would keep the connection.
      await response.body?.cancel();
      if (response.ok) return { kind: 'written' };
      if (response.status === TOO_LARGE) return { kind: 'too-large' };
      const retryAfterS = Number(response.headers.get('retry-after') ?? 0);
      return {
        kind: 'failed',
        reason: `HTTP ${response.status}`,
        ...(retryAfterS > 0 ? { retryAfterMs: retryAfterS * 1_000 } : {}),
      };
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }
}

/** Of the ids, in their order. */
function idempotencyKey(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${parseJson(WithId, line)?.id}\n`);
  return hash.digest('hex').slice(0, 32);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = Object(error.cause) as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.name;
}
