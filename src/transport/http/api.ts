import express, { type Application, type RequestHandler, type Router } from 'express';
import type { HttpConfig } from '../../config/play-config.ts';
import { GameError } from '../../errors/game-error.ts';
import { API_PREFIX } from '../../protocol/rest.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { AddressRateLimiter } from './address-rate-limiter.ts';
import { trustProxies } from './client-address.ts';
import { cors, refuseForeignOrigins } from './cors.ts';
import { CorsPolicy } from './cors-policy.ts';
import { refuseCrowds } from './door.ts';
import { errorRenderer, notFound } from './error-renderer.ts';
import { LeanRoutes } from './lean-routes.ts';
import { openApiDocument } from './openapi-document.ts';
import { readJson } from './read-json.ts';
import { requestLog } from './request-log.ts';
import { type Caller, NOBODY, type Route } from './route.ts';
import { listOfSecurityHeaders, securityHeaders } from './security-headers.ts';
import { servedAsRoute } from './served-in-span.ts';

export interface ApiDeps {
  readonly config: HttpConfig;
  readonly log: Logger;
  /** Who sent an access token; throws `TOKEN_INVALID` or `TOKEN_EXPIRED`. */
  readonly tokens: { verify(accessToken: string): Promise<Caller> };
  readonly routes: readonly Route[];
  readonly clock?: Clock;
}

/** An express app with nothing but the API, for tests. */
export function createHttpApp(deps: ApiDeps): Application {
  const app = express();
  mountApi(app, deps);
  app.use(notFound());
  app.use(errorRenderer(deps));
  return app;
}

/**
 * Puts the API on an app that others own (Colyseus' transport has one): first request log, security headers and CORS for
 * everything that is mounted after it, then everything under /v1.
 *
 * Its owner mounts pages and the like afterwards, then `notFound()`, and `errorRenderer()` last.
 *
 * @returns what may answer some of it before the app is asked
 */
export function mountApi(app: Application, deps: ApiDeps): LeanRoutes {
  app.disable('x-powered-by');
  // Nobody keeps these replies, so nobody asks whether they have changed: a hash of each would be for nothing.
  app.disable('etag');
  const policy = new CorsPolicy(deps.config.corsOrigins);
  app.use(refuseCrowds(deps.routes, policy));
  const following = { ...deps, trusted: trustProxies(deps.config.trustedProxies) };
  app.use(requestLog(following));
  app.use(securityHeaders(deps.config.corsOrigins));
  app.use(cors(policy));
  const [versioned, wellKnown] = [true, false].map((isVersioned) =>
    deps.routes.filter(({ path }) => path.startsWith(API_PREFIX) === isVersioned),
  );
  const limiter = new AddressRateLimiter({ perMinute: deps.config.requestsPerMinute });
  app.use(API_PREFIX, createApiRouter({ ...deps, routes: versioned ?? [] }, deps.routes, limiter));
  for (const route of wellKnown ?? []) app[route.method](route.path, handlerOf(route, deps.tokens));
  const headers = listOfSecurityHeaders(deps.config.corsOrigins);
  return new LeanRoutes({ ...following, policy, limiter, headers });
}

/** @param documented - all routes, those that are mounted elsewhere included */
function createApiRouter(
  deps: ApiDeps,
  documented: readonly Route[],
  limiter: AddressRateLimiter,
): Router {
  const router = express.Router();
  router.use(refuseForeignOrigins());
  router.use(limitRate(limiter));
  router.use(noStore());
  router.use(jsonBody(deps.config.bodyLimitBytes));
  for (const route of deps.routes) {
    router[route.method](toExpressPath(route.path), handlerOf(route, deps.tokens));
  }
  const document = openApiDocument(documented);
  router.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  router.use(notFound());
  return router;
}

function handlerOf(route: Route, tokens: ApiDeps['tokens']): RequestHandler {
  const answer = async (request: express.Request, response: express.Response) => {
    const caller = route.access === 'player' ? await tokens.verify(bearerToken(request)) : NOBODY;
    const { body, params, query } = request;
    const address = String(response.locals['clientAddress']);
    return await route.answer({ body, params, query, address }, caller);
  };
  return async (request, response) => {
    const reply = await servedAsRoute(request, route, () => answer(request, response));
    response.status(route.status);
    if (route.maxAgeS !== undefined) {
      response.set('Cache-Control', `public, max-age=${route.maxAgeS}`);
    }
    if (route.reply) response.json(reply);
    else response.end();
  };
}

/** @throws {GameError} `TOKEN_MISSING` */
function bearerToken(request: express.Request): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (token === undefined) throw new GameError('TOKEN_MISSING');
  return token;
}

function limitRate(limiter: AddressRateLimiter): RequestHandler {
  return async (_request, response, next) => {
    await limiter.consume(String(response.locals['clientAddress']));
    next();
  };
}

/** Replies hold tokens and profiles: no cache between us and the player keeps them. */
function noStore(): RequestHandler {
  return (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  };
}

function jsonBody(limitBytes: number): RequestHandler {
  const read = readJson(limitBytes);
  return (request, response, next) => {
    if (hasBody(request) && !request.is('json')) {
      const message = 'Send the body as application/json.';
      throw new GameError('BAD_REQUEST', {}, { message });
    }
    read(request, response, next);
  };
}

function hasBody(request: express.Request): boolean {
  return (
    request.get('transfer-encoding') !== undefined || Number(request.get('content-length')) > 0
  );
}

/** `/v1/profiles/{playerId}` → `/profiles/:playerId`, relative to the router's prefix. */
function toExpressPath(path: Route['path']): string {
  return path.slice(API_PREFIX.length).replaceAll(/\{(\w+)\}/g, ':$1');
}
