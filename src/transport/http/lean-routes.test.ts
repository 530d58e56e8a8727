import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { HttpConfig } from '../../config/play-config.ts';
import { GameError } from '../../errors/game-error.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { mountApi } from './api.ts';
import { errorRenderer, notFound } from './error-renderer.ts';
import { createHttpServer } from './http-server.ts';
import { publicRoute } from './route.ts';

const log = createLogger({ level: 'silent' });

/** The same API with its lean routes, and with express alone. */
async function open(
  isLean: boolean,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const config = HttpConfig.parse({ requestsPerMinute: 40 });
  const app = express();
  const route = publicRoute({
    method: 'get',
    path: '/v1/things/{id}',
    operationId: 'thing',
    summary: 'A thing.',
    status: 200,
    isLean: true,
    params: z.strictObject({ id: z.string().regex(/^\w{1,8}$/) }),
    query: z.strictObject({ waitMs: z.coerce.number().int().default(0) }),
    reply: z.object({ id: z.string(), waitMs: z.number() }),
    errors: ['ROOM_LOST'],
    handle: async ({ params: { id }, query: { waitMs } }) => {
      if (id === 'lost') throw new GameError('ROOM_RECOVERING', {}, { retryAfterMs: 250 });
      if (id === 'broken') throw new Error('a bug');
      return { id, waitMs };
    },
  });
  const tokens = {
    verify: async () => {
      throw new GameError('TOKEN_INVALID');
    },
  };
  const lean = mountApi(app, { config, log, tokens, routes: [route] });
  app.use(notFound());
  app.use(errorRenderer({ log }));
  const server = isLean ? createHttpServer(app, lean) : createHttpServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

let servers: readonly Awaited<ReturnType<typeof open>>[];
beforeAll(async () => {
  servers = await Promise.all([open(true), open(false)]);
});
afterAll(() => {
  for (const { close } of servers) close();
});

/** What both answer, without what differs from one request to the next. */
async function askBoth(path: string, init: RequestInit) {
  return await Promise.all(
    servers.map(async ({ url }) => {
      const reply = await fetch(url + path, init);
      const headers = Object.fromEntries(reply.headers);
      for (const name of ['date', 'x-request-id']) {
        expect(headers[name]).toBeTruthy();
        delete headers[name];
      }
      return { status: reply.status, headers, body: await reply.json() };
    }),
  );
}

test.each<readonly [string, string, RequestInit, number]>([
  ['a reply', '/v1/things/a?waitMs=3', {}, 200],
  [
    'a reply to a page of elsewhere',
    '/v1/things/a',
    { headers: { origin: 'https://x.example' } },
    403,
  ],
  ['a bad parameter', '/v1/things/much-too-long', {}, 400],
  ['a bad query', '/v1/things/a?waitMs=x&more=1', {}, 400],
  ['an escaped path', '/v1/things/%61', {}, 200],
  ['a refusal', '/v1/things/lost', {}, 503],
  ['a bug', '/v1/things/broken', {}, 500],
  ['another method', '/v1/things/a', { method: 'POST' }, 404],
])('%s is the same without express', async (_, path, init, status) => {
  const [lean, stock] = await askBoth(path, init);
  // Which express says only behind the check of the origin.
  if (status === 403) delete lean?.headers['cache-control'];
  expect(lean).toEqual(stock);
  expect(lean?.status).toBe(status);
});

test('lean routes count against the limit of the address, like all others', async () => {
  for (const { url } of servers) {
    const statuses: number[] = [];
    for (let i = 0; i < 45; i++) statuses.push((await fetch(`${url}/v1/things/a`)).status);
    expect(statuses).toContain(429);
  }
});
