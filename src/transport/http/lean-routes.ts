import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { GameError } from '../../errors/game-error.ts';
import type { AddressRateLimiter } from './address-rate-limiter.ts';
import type { CorsPolicy } from './cors-policy.ts';
import { patternOf } from './door.ts';
import { headersOf, noteError } from './error-renderer.ts';
import { followRequest, type RequestLogDeps } from './request-log.ts';
import { NOBODY, type Route } from './route.ts';
import { servedAsRoute } from './served-in-span.ts';

// Routes that everybody asks at once, as when a node is lost: then they are what keeps the nodes busy that bring its rooms back. Way
// and reply are those of every route of the API (api.ts), down to the headers, in one function instead of twelve handlers of express;
// a third of the core of a node in such a moment was express.

export interface LeanRouteDeps extends RequestLogDeps {
  readonly routes: readonly Route[];
  readonly policy: CorsPolicy;
  readonly limiter: AddressRateLimiter;
  /** Of every reply. */
  readonly headers: Readonly<Record<string, string>>;
}

type Params = Readonly<Record<string, string>>;

export class LeanRoutes {
  readonly #deps: LeanRouteDeps;
  readonly #routes: readonly { readonly route: Route; readonly pattern: RegExp }[];

  constructor(deps: LeanRouteDeps) {
    this.#deps = deps;
    this.#routes = deps.routes
      .filter(({ isLean }) => isLean === true)
      .map((route) => ({ route, pattern: patternOf(route.path) }));
  }

  /** @returns whether the request is answered here; what is out of the ordinary goes the long way */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '', headers } = request;
    const hasBody =
      headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
    if (method !== 'GET' || hasBody) return false;
    const [path = '', query = ''] = url.split('?', 2);
    for (const { route, pattern } of this.#routes) {
      const params = pattern.exec(path)?.groups;
      if (params === undefined || path.includes('%')) continue;
      void this.#answer({ request, response, path, query, params: { ...params } }, route);
      return true;
    }
    return false;
  }

  async #answer(
    asked: {
      readonly request: IncomingMessage;
      readonly response: ServerResponse;
      readonly path: string;
      readonly query: string;
      readonly params: Params;
    },
    route: Route,
  ): Promise<void> {
    const { policy, log } = this.#deps;
    const { request, response } = asked;
    const { headers } = request;
    const locals: Record<string, unknown> = {};
    const requestId = followRequest({ ...asked, locals }, this.#deps);
    const origin = { origin: headers.origin, host: headers.host };
    const always = {
      'x-request-id': requestId,
      ...this.#deps.headers,
      ...policy.headersFor(origin),
      'Cache-Control': 'no-store',
    };
    try {
      if (policy.standingOf(origin) === 'refused') throw new GameError('ORIGIN_FORBIDDEN');
      const reply = await this.#replyTo(asked, route, locals);
      send(response, route.status, always, reply);
    } catch (thrown) {
      const error = noteError(thrown, locals, log);
      send(response, error.spec.http, { ...always, ...headersOf(error) }, error.toBody());
    }
  }

  async #replyTo(
    {
      request,
      query,
      params,
    }: {
      readonly request: IncomingMessage;
      readonly query: string;
      readonly params: Params;
    },
    route: Route,
    locals: Record<string, unknown>,
  ): Promise<unknown> {
    const address = String(locals['clientAddress']);
    await this.#deps.limiter.consume(address);
    const { headers, method = '' } = request;
    const get = (name: string) => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const traced = { method, get, res: { locals } };
    return await servedAsRoute(traced, route, () =>
      route.answer({ body: undefined, params, query: parseQuery(query), address }, NOBODY),
    );
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  reply: unknown,
): void {
  // Who asked may have gone meanwhile.
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(reply);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}
