import type { RequestHandler } from 'express';
import { GameError } from '../../errors/game-error.ts';
import type { CorsPolicy } from './cors-policy.ts';

/** Answers preflights and sets the CORS headers of every reply. */
export function cors(policy: CorsPolicy): RequestHandler {
  return (request, response, next) => {
    const origin = { origin: request.get('origin'), host: request.get('host') };
    // Colyseus puts headers of its own on every reply before express sees the request.
    for (const name of response.getHeaderNames()) {
      if (name.startsWith('access-control-')) response.removeHeader(name);
    }
    response.set(policy.headersFor(origin));
    const isRefused = policy.standingOf(origin) === 'refused';
    response.locals['isForeignOrigin'] = isRefused;
    if (request.method !== 'OPTIONS') return next();
    if (isRefused) throw new GameError('ORIGIN_FORBIDDEN');
    response.status(204).end();
  };
}

/**
 * Refuses pages of origins that are not allowed, with `ORIGIN_FORBIDDEN`; stands after `cors()`, before routes that act.
 *
 * The browser would hide the reply anyway; this keeps a foreign page from acting at all, and says why.
 */
export function refuseForeignOrigins(): RequestHandler {
  return (_request, response, next) => {
    if (response.locals['isForeignOrigin'] === true) throw new GameError('ORIGIN_FORBIDDEN');
    next();
  };
}
