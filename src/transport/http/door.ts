import type { RequestHandler } from 'express';
import type { CorsPolicy } from './cors-policy.ts';
import type { Route } from './route.ts';

// Stands before everything else. A node that is asked for ten times what it can give spends its core on saying no: each refusal that goes
// the way of a request (log, headers, limits, an exception and its rendering) costs three times this, and the players who were let in
// wait for it.

/** Refuses what routes refuse at their door (`Route.letIn`), for as little as can be: no log line, no request id. */
export function refuseCrowds(routes: readonly Route[], policy: CorsPolicy): RequestHandler {
  const doors = routes.flatMap(({ method, path, letIn }) =>
    letIn === undefined ? [] : [{ method: method.toUpperCase(), pattern: patternOf(path), letIn }],
  );
  return (request, response, next) => {
    for (const { method, pattern, letIn } of doors) {
      if (request.method !== method) continue;
      const params = pattern.exec(request.path)?.groups;
      if (params === undefined) continue;
      const refusal = letIn(params);
      if (typeof refusal === 'function') {
        response.once('close', refusal);
        break;
      }
      const { origin, host } = request.headers;
      const { retryAfterS } = refusal;
      response.writeHead(refusal.spec.http, {
        ...policy.headersFor({ origin, host }),
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
        ...(retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) }),
      });
      response.end(JSON.stringify(refusal.toBody()));
      return;
    }
    next();
  };
}

/** `/v1/queues/{queue}/tickets` → a pattern with a group for each parameter. */
export function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);
}
