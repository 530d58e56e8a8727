// What HTTP itself must stand: broken bodies, foreign origins, floods, proxies, logs.

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import type { ErrorBody, SessionTokens } from '../../src/protocol/rest.ts';
import { playerRoute, publicRoute } from '../../src/transport/http/route.ts';
import { callContext } from '../../src/transport/rpc/call-context.ts';
import { eventually } from '../support/eventually.ts';
import { exchange } from '../support/fuzz/raw-http.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

const GUEST = '/v1/auth/guest';
const broken = publicRoute({
  method: 'get',
  path: '/v1/broken',
  operationId: 'breakDown',
  summary: 'Throws what nobody expected.',
  status: 204,
  errors: [],
  handle: () => Promise.reject(new Error('the password is hunter2')),
});
/** Its door is closed to everybody but one. */
const crowded = playerRoute({
  method: 'post',
  path: '/v1/crowded/{guest}',
  operationId: 'comeIn',
  summary: 'Refuses a crowd at the door.',
  status: 204,
  errors: ['QUEUE_FULL'],
  letIn: ({ guest }) =>
    guest === 'expected' ? () => {} : new GameError('QUEUE_FULL', {}, { retryAfterMs: 1_500 }),
  handle: () => Promise.resolve(),
});
const traces: string[] = [];
const traced = publicRoute({
  method: 'post',
  path: '/v1/traced',
  operationId: 'followTrace',
  summary: 'Notes what goes with the calls it would make.',
  status: 204,
  errors: [],
  handle: async () => {
    await Promise.resolve();
    traces.push(callContext().traceparent);
  },
});

let server: RestServer;
const portOf = ({ url }: RestServer) => Number(new URL(url).port);
beforeAll(async () => {
  server = await startRestServer({
    http: { requestsPerMinute: 100_000, corsOrigins: 'https://portal.example' },
    routes: [broken, crowded, traced],
  });
});
afterAll(() => server[Symbol.asyncDispose]());

test('[SE-7] the trace of a request goes with the calls it causes, and a malformed one does not', async () => {
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  for (const headers of [{ traceparent: trace }, { traceparent: '00-zz' }, {}]) {
    expect((await server.request('POST', '/v1/traced', { headers, body: {} })).status).toBe(204);
  }
  expect(traces).toEqual([trace, '', '']);
});

describe('[ACC-30] every failure is an ErrorBody', () => {
  test.each([
    ['malformed JSON', 'POST', GUEST, { body: '{"displayName":' }, 400, 'BAD_REQUEST'],
    ['JSON that is no object', 'POST', GUEST, { body: '"x"' }, 400, 'BAD_REQUEST'],
    [
      'a body of another type',
      'POST',
      GUEST,
      { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      400,
      'BAD_REQUEST',
    ],
    [
      'an unknown charset',
      'POST',
      GUEST,
      { body: '{}', headers: { 'Content-Type': 'application/json; charset=klingon' } },
      400,
      'BAD_REQUEST',
    ],
    [
      'a compressed body',
      'POST',
      GUEST,
      { body: '{}', headers: { 'Content-Encoding': 'gzip' } },
      400,
      'BAD_REQUEST',
    ],
    [
      'a body too large',
      'POST',
      GUEST,
      { body: { displayName: 'x'.repeat(40_000) } },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['an unknown route', 'GET', '/v1/nothing', {}, 404, 'NOT_FOUND'],
    ['an unknown page', 'GET', '/nothing', {}, 404, 'NOT_FOUND'],
    ['a method that is not there', 'POST', '/v1/profiles/me', {}, 404, 'NOT_FOUND'],
    ['a broken escape in the path', 'GET', '/v1/profiles/%E0%A4%A', {}, 400, 'BAD_REQUEST'],
  ])('%s', async (_, method, path, options, status, code) => {
    const reply = await server.request(method, path, options);
    expect([reply.status, reply.code]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toContain('application/json');
    const { error } = reply.json<ErrorBody>();
    expect(error).toMatchObject({ message: expect.any(String), retryable: false });
    expect(reply.text).not.toContain('    at ');
  });

  test('[TK-6] who is refused at the door is so before his token and his body are looked at', async () => {
    const options = { body: '{"', headers: { Authorization: 'Bearer none' } };
    const refused = await server.request('POST', '/v1/crowded/somebody', options);
    expect([refused.status, refused.code]).toEqual([503, 'QUEUE_FULL']);
    expect(refused.headers.get('retry-after')).toBe('2');
    // A page of the game reads it, and another one does not.
    for (const [origin, allowed] of [
      ['https://portal.example', 'https://portal.example'],
      ['https://elsewhere.example', null],
    ] as const) {
      const { headers } = await server.request('POST', '/v1/crowded/somebody', {
        headers: { Origin: origin },
      });
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
    }
    const letIn = await server.request('POST', '/v1/crowded/expected', options);
    expect([letIn.status, letIn.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('[ACC-31] a bug is INTERNAL to the caller, and all there is to know to the log', async () => {
    const reply = await server.request('GET', '/v1/broken');
    expect([reply.status, reply.code]).toEqual([500, 'INTERNAL']);
    expect(reply.text).not.toContain('hunter2');
    expect(reply.text).not.toContain('rest-http');
    const line = server.logLines.find((logged) => logged.includes('hunter2')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      requestId: reply.headers.get('x-request-id'),
      err: { stack: expect.stringContaining('rest-http.test.ts') },
    });
  });

  test.each([
    ['bytes that are no request', { method: 'GET' }, 'x', [], 400, 'BAD_REQUEST'],
    ['a method that nobody knows', { method: 'FETCH' }, GUEST, [], 400, 'BAD_REQUEST'],
    ['a head too large', {}, GUEST, [['X-Large', 'x'.repeat(20_000)]], 431, 'PAYLOAD_TOO_LARGE'],
    ['an address that cannot be read', {}, `http://[::1${GUEST}`, [], 400, 'BAD_REQUEST'],
    [
      'no chunk where one was promised',
      {},
      GUEST,
      [['Transfer-Encoding', 'chunked']],
      400,
      'BAD_REQUEST',
    ],
    // It is told at once, not when all of it has come.
    [
      'a body said to be too large',
      {},
      GUEST,
      [['Content-Length', '99999999']],
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ] as const)(
    '%s',
    async (_, { method = 'POST' }: { readonly method?: string }, target, headers, status, code) => {
      const reply = await exchange(portOf(server), {
        ...{ method, target, body: Buffer.from('{}') },
        headers: [['Content-Type', 'application/json'], ...headers],
      });
      expect(reply?.status).toBe(status);
      expect(reply?.headers.get('content-type')).toContain('application/json');
      expect(JSON.parse(reply?.text ?? '')).toMatchObject({ error: { code, retryable: false } });
    },
  );

  test.each([
    { hope: 'another protocol', name: 'Upgrade', value: 'h2c' },
    { hope: 'a miracle', name: 'Expect', value: 'a miracle' },
  ])('who hopes for $hope is served as if he did not', async ({ name, value }) => {
    const headers = [
      ['Connection', 'upgrade'],
      [name, value],
    ] as const;
    const request = { method: 'POST', target: GUEST, headers, body: null };
    expect((await exchange(portOf(server), request))?.status).toBe(201);
  });

  test('what follows a request is refused after its answer, not instead of it', async () => {
    const reply = await exchange(portOf(server), {
      ...{ method: 'POST', target: GUEST, body: Buffer.from('no request at all\r\n\r\n') },
      headers: [['Content-Length', '0']],
    });
    expect(reply?.status).toBe(201);
    expect(JSON.parse(reply?.text ?? '')).toMatchObject({ playerId: expect.any(String) });
  });

  test('a client that hangs up in the midst of its body disturbs nobody', async () => {
    const socket = connect(portOf(server), '127.0.0.1');
    await once(socket, 'connect');
    const head = `POST ${GUEST} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    socket.end(head);
    await eventually(() => server.logLines.some((line) => line.includes('"aborted"')), {
      withinMs: 5_000,
    });
    expect((await server.request('POST', GUEST)).status).toBe(201);
  });
});

describe('[ACC-10] web origins', () => {
  const preflight = (origin: string) =>
    server.request('OPTIONS', GUEST, {
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });

  test('a listed origin may ask and read', async () => {
    const origin = 'https://portal.example';
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
    const reply = await server.request('POST', GUEST, { headers: { Origin: origin } });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('access-control-allow-origin')).toBe(origin);
    expect(reply.headers.get('vary')).toContain('Origin');
  });

  test('the own origin is always welcome', async () => {
    const reply = await server.request('POST', GUEST, { headers: { Origin: server.url } });
    expect(reply.status).toBe(201);
  });

  test('another origin is refused before anything happens, and told why', async () => {
    const origin = 'https://evil.example';
    const before = await server.db.read({ sql: 'SELECT count(*) AS n FROM profiles' });
    const replies = [
      await preflight(origin),
      await server.request('POST', GUEST, { headers: { Origin: origin } }),
    ];
    for (const reply of replies) {
      expect([reply.status, reply.code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect(await server.db.read({ sql: 'SELECT count(*) AS n FROM profiles' })).toEqual(before);
  });
});

test('[ACC-32] replies carry the security headers games can live with', async () => {
  const { headers } = await server.request('GET', '/nothing');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).toContain("worker-src 'self' blob:");
  expect(policy).not.toContain('upgrade-insecure-requests');
  // Pages may go on with the other nodes of the region, whose pages may call this one.
  expect(policy).toMatch(
    /connect-src 'self' data: blob: https:\/\/portal\.example wss:\/\/portal\.example(;|$)/,
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
});

describe('[ACC-11] limits per address', () => {
  const guest = (own: RestServer, forwardedFor?: string) =>
    own.request('POST', GUEST, {
      headers: forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor },
    });

  test('too many requests wait; pretending to be somebody else does not help', async () => {
    await using own = await startRestServer({ http: { requestsPerMinute: 3 } });
    for (let i = 0; i < 3; i += 1) expect((await guest(own, `198.51.100.${i}`)).status).toBe(201);
    const refused = await guest(own, '198.51.100.99');
    expect([refused.status, refused.code]).toEqual([429, 'RATE_LIMITED']);
    const { retryAfterMs = 0 } = refused.json<ErrorBody>().error;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
    expect(own.logLines.join('')).not.toContain('198.51.100.');
  });

  test('behind a trusted proxy each client has a limit of his own', async () => {
    await using own = await startRestServer({
      http: { requestsPerMinute: 1, trustedProxies: 'loopback' },
    });
    expect((await guest(own, '198.51.100.1')).status).toBe(201);
    expect((await guest(own, '198.51.100.2')).status).toBe(201);
    // He adds an address in front; the proxy's own entry is the last.
    expect((await guest(own, '203.0.113.7, 198.51.100.1')).code).toBe('RATE_LIMITED');
  });
});

describe('[ACC-33] logs', () => {
  test('name each request, and follow the id only a trusted proxy gives', async () => {
    const headers = { 'X-Request-Id': 'given-1' };
    const reply = await server.request('GET', '/v1/nothing', { headers });
    expect(reply.headers.get('x-request-id')).not.toBe('given-1');
    await using own = await startRestServer({ http: { trustedProxies: 'loopback' } });
    const proxied = await own.request('GET', '/v1/nothing', { headers });
    expect(proxied.headers.get('x-request-id')).toBe('given-1');
    const line = await eventually(() => own.logLines.find((logged) => logged.includes('given-1')), {
      withinMs: 2_000,
    });
    expect(JSON.parse(line)).toMatchObject({
      method: 'GET',
      path: '/v1/nothing',
      status: 404,
      code: 'NOT_FOUND',
      durationMs: expect.any(Number),
      address: '127.0.0.1',
    });
  });

  test('never hold a token, whatever way it came and whatever went wrong', async () => {
    await using own = await startRestServer({ routes: [broken] });
    const first = await own.signIn();
    const { refreshToken, accessToken: token } = first;
    const second = (
      await own.request('POST', '/v1/auth/refresh', { body: { refreshToken } })
    ).json<SessionTokens>();
    await own.request('POST', '/v1/auth/refresh', { body: { refreshToken } });
    await own.request('POST', '/v1/auth/refresh', { body: `{"refreshToken":"${refreshToken}"` });
    await own.request('GET', `/v1/profiles/me?access_token=${token}`, { token });
    await own.request('GET', '/v1/broken', { token });
    await own.request('GET', '/v1/profiles/me', { token: `${token}x` });
    await own.request('POST', '/v1/auth/sign-out', { body: { refreshToken } });
    await own.db.close();
    await own.request('GET', '/v1/profiles/me', { token });
    await eventually(() => own.logLines.length >= 10, { withinMs: 2_000 });
    const logged = own.logLines.join('');
    const secrets = [first, second].flatMap((s) => [s.accessToken, s.refreshToken]);
    for (const secret of secrets) {
      // Half a token is as bad: look for its middle.
      expect(logged).not.toContain(secret.slice(20, 40));
    }
    expect(logged).not.toContain('access_token');
  });
});
