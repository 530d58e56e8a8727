import { TRACEPARENT } from '../../src/protocol/index.ts';
import type { ClientTrace } from './client-traces.ts';
import { errorFromReply, networkError, timeoutError } from './error-mapping.ts';

/** The part of `fetch` this SDK uses. */
export type FetchFunction = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

export interface HttpJsonOptions {
  /** Scheme, host and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  readonly fetch: FetchFunction;
  readonly timeoutMs: number;
}

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly accessToken?: string | undefined;
  /** Of another node, instead of the endpoint's. */
  readonly baseUrl?: string | undefined;
  /** For whose sake it is asked. */
  readonly trace?: ClientTrace | null;
}

/** JSON over HTTP with a deadline; every failure is a `MeridianError`. */
export class HttpJson {
  readonly baseUrl: string;
  readonly #fetch: FetchFunction;
  readonly #timeoutMs: number;

  constructor(options: HttpJsonOptions) {
    this.baseUrl = options.baseUrl;
    this.#fetch = options.fetch;
    this.#timeoutMs = options.timeoutMs;
  }

  /** @throws {MeridianError} the server's code, `NETWORK` or `TIMEOUT` */
  async request<Reply>(request: JsonRequest): Promise<Reply> {
    const { status, ok, text } = await this.#send(request);
    const body = parseJson(text);
    if (!ok) throw errorFromReply(status, body);
    return body as Reply;
  }

  async #send({ method, path, body, accessToken, baseUrl = this.baseUrl, trace }: JsonRequest) {
    // Not AbortSignal.timeout(): React Native lacks it, and its error does not tell a timeout from a caller's abort.
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), this.#timeoutMs);
    try {
      const reply = await this.#fetch(baseUrl + path, {
        method,
        signal: aborter.signal,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
          ...(trace ? { [TRACEPARENT]: trace.traceparent } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { ok: reply.ok, status: reply.status, text: await reply.text() };
    } catch (error) {
      if (aborter.signal.aborted) throw timeoutError(`${method} ${path}`, this.#timeoutMs);
      throw networkError(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page, or nothing: the status then says what there is to say.
    return undefined;
  }
}
