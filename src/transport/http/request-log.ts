import { randomUUID } from 'node:crypto';
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
export function requestLog({ log, trusted, clock = systemClock }: RequestLogDeps): RequestHandler {
  return (request, response, next) => {
    const startedAtMs = clock.monotonicMs();
    const { method, path } = request;
    const address = clientAddress(request, trusted);
    // Only a proxy of ours may name a request; a client could confuse the log with ids of others.
    const given = request.get('x-request-id') ?? '';
    const isNamedByProxy = trusted(request.socket.remoteAddress ?? '') && REQUEST_ID.test(given);
    const requestId = isNamedByProxy ? given : randomUUID();
    response.locals['requestId'] = requestId;
    response.locals['clientAddress'] = address;
    response.set('x-request-id', requestId);
    response.once('close', () => {
      const line = {
        requestId,
        method,
        path,
        status: response.writableFinished ? response.statusCode : 'aborted',
        code: response.locals['errorCode'],
        durationMs: Math.round(clock.monotonicMs() - startedAtMs),
        address,
        traceId: response.locals['traceId'],
      };
      // Pages and their parts are many and dull; the API is what one looks for.
      if (path.startsWith('/v1/')) log.info(line, 'request');
      else log.debug(line, 'request');
    });
    next();
  };
}
