import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';

export interface RequestLogDeps {
  readonly log: Logger;
  readonly trusted: TrustedProxies;
  readonly clock?: Clock;
}

const REQUEST_ID = /^[\w.-]{1,64}$/;

/**
 * Names every request (`x-request-id`) and logs it when it is over: method, path, status, duration, address.
 *
 * Never the query, headers or body: tokens travel there.
 */
export function requestLog(deps: RequestLogDeps): RequestHandler {
  return (request, response, next) => {
    const { path } = request;
    const { locals } = response;
    response.set('x-request-id', followRequest({ request, response, path, locals }, deps));
    next();
  };
}

/**
 * Names a request, finds out where it comes from, and logs it when it is over.
 *
 * @param of.locals - gets `requestId` and `clientAddress`; `errorCode` and `traceId` are looked for here at the end
 * @returns its name
 */
export function followRequest(
  of: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    /** Without a query. */
    readonly path: string;
    readonly locals: Record<string, unknown>;
  },
  { log, trusted, clock = systemClock }: RequestLogDeps,
): string {
  const { request, response, path, locals } = of;
  const startedAtMs = clock.monotonicMs();
  const { method } = request;
  const address = clientAddress(request, trusted);
  // Only a proxy of ours may name a request; a client could confuse the log with ids of others.
  const given = String(request.headers['x-request-id'] ?? '');
  const isNamedByProxy = trusted(request.socket.remoteAddress ?? '') && REQUEST_ID.test(given);
  const requestId = isNamedByProxy ? given : randomUUID();
  locals['requestId'] = requestId;
  locals['clientAddress'] = address;
  response.once('close', () => {
    const line = {
      requestId,
      method,
      path,
      status: response.writableFinished ? response.statusCode : 'aborted',
      code: locals['errorCode'],
      durationMs: Math.round(clock.monotonicMs() - startedAtMs),
      address,
      traceId: locals['traceId'],
    };
    // Pages and their parts are many and dull; the API is what one looks for.
    if (path.startsWith('/v1/')) log.info(line, 'request');
    else log.debug(line, 'request');
  });
  return requestId;
}
