import { createRouter } from '@colyseus/core';
import { monitor } from '@colyseus/monitor';
import type { RequestHandler } from 'express';

const PATH = '/monitor';

/**
 * Colyseus' monitor, for `/monitor`.
 *
 * The adapter it brings along ends an answer with the first piece of its body. On Node a body is one piece; on Bun pieces are 16 kB, and
 * the page would lack most of its script (docs/adr/0021-bun.md).
 */
export function monitorRoute(): RequestHandler {
  const router = createRouter({ ...monitor({ prefix: PATH }) });
  return async (request, response, next) => {
    if (request.method !== 'GET') {
      next();
      return;
    }
    if (request.originalUrl === PATH) {
      response.redirect(`${PATH}/`);
      return;
    }
    // The host is not looked at.
    const answer = await router.handler(new Request(`http://monitor${request.originalUrl}`));
    response.status(answer.status);
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}
