// Signing in, profiles and tokens over real HTTP.

import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileBody, SessionTokens } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { isSplit } from '../support/is-split.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

const ME = '/v1/profiles/me';
let server: RestServer;

beforeAll(async () => {
  server = await startRestServer({ http: { requestsPerMinute: 100_000 } });
});
afterAll(() => server[Symbol.asyncDispose]());

const readOwn = async (token: string) =>
  (await server.request('GET', ME, { token })).json<ProfileBody>();
const refresh = (refreshToken: string) =>
  server.request('POST', '/v1/auth/refresh', { body: { refreshToken } });

describe('guests', () => {
  test('[ACC-20] a guest signs in, has a profile, and is the player his token says', async () => {
    const before = Date.now();
    const reply = await server.request('POST', '/v1/auth/guest', {
      body: { displayName: ' Ann ' },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const session = reply.json<SessionTokens>();
    expect(session.playerId).toMatch(/^p_[0-9a-z]{20}$/);
    expect(session.accessTokenExpiresAtMs).toBeGreaterThan(before);
    expect(session.refreshTokenExpiresAtMs).toBeGreaterThan(session.accessTokenExpiresAtMs);

    const { playerId } = session;
    const identity = { playerId, displayName: 'Ann' };
    expect(await server.auth.verify(session.accessToken)).toMatchObject(identity);
    expect(await readOwn(session.accessToken)).toMatchObject({
      ...identity,
      revision: 1,
      data: {},
      statistics: {},
      username: null,
      wallet: {},
      inventory: {},
    });
  });

  test('[ACC-20] without a name, or without any body, gets a pleasant one', async () => {
    const bodiless = await server.request('POST', '/v1/auth/guest');
    for (const { displayName } of [await server.signIn(), bodiless.json<SessionTokens>()]) {
      expect(displayName).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d{1,2}$/);
    }
  });

  test.each([
    [{ displayName: '' }, ['displayName']],
    [{ displayName: 'x'.repeat(25) }, ['displayName']],
    [{ displayName: 'a\u0000b' }, ['displayName']],
    [{ displayName: null }, ['displayName']],
    [{ isAdmin: true }, []],
    [[], []],
  ])('[ACC-7] %j is refused with the place', async (body, path) => {
    const reply = await server.request('POST', '/v1/auth/guest', { body });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      error: { code: 'BAD_REQUEST', retryable: false, details: { issues: [{ path }] } },
    });
  });
});

describe('own profile', () => {
  test('[ACC-5] a patch merges keys, removes nulls and raises the revision', async () => {
    const { accessToken: token } = await server.signIn('Ann');
    const patch = async (body: unknown) => {
      const reply = await server.request('PATCH', ME, { token, body });
      expect(reply.status).toBe(200);
      return reply.json<ProfileBody>();
    };
    await patch({ ifRevision: 1, data: { volume: 0.5, skin: 'red', keys: { up: 'w' } } });
    const patched = await patch({
      ifRevision: 2,
      displayName: 'Anna',
      data: { skin: null, keys: { down: 's' } },
    });
    expect(patched).toMatchObject({ revision: 3, displayName: 'Anna' });
    expect(patched.data).toEqual({ volume: 0.5, keys: { down: 's' } });
    expect(await readOwn(token)).toEqual(patched);
  });

  test('[ACC-5] a stale patch changes nothing and tells the current revision', async () => {
    const { accessToken: token } = await server.signIn();
    await server.request('PATCH', ME, { token, body: { ifRevision: 1, data: { a: 1 } } });
    const stale = await server.request('PATCH', ME, {
      token,
      body: { ifRevision: 1, data: { a: 2 } },
    });
    expect(stale.status).toBe(409);
    expect(stale.json()).toMatchObject({
      error: { code: 'REVISION_STALE', details: { ifRevision: 1, revision: 2 } },
    });
    expect((await readOwn(token)).data).toEqual({ a: 1 });
  });

  test('[ACC-5] of twenty patches at once exactly one wins', async () => {
    const { accessToken: token } = await server.signIn();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, writer) =>
        server.request('PATCH', ME, { token, body: { ifRevision: 1, data: { writer } } }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    const [winner] = replies.filter(({ status }) => status === 200);
    expect(await readOwn(token)).toEqual(winner?.json());
  });

  test.each([
    ['nothing to change', '{"ifRevision":1}'],
    ['no revision', '{"data":{}}'],
    ['a revision that is no number', '{"ifRevision":"1","data":{}}'],
    ['a field that is the server’s', '{"ifRevision":1,"statistics":{"wins":9}}'],
    ['data that is a list', '{"ifRevision":1,"data":[]}'],
    ['__proto__ in data', '{"ifRevision":1,"data":{"__proto__":{"isAdmin":true}}}'],
    ['__proto__ in the body', '{"ifRevision":1,"data":{},"__proto__":{"isAdmin":true}}'],
    ['constructor in data', '{"ifRevision":1,"data":{"constructor":1}}'],
    ['an infinite number', '{"ifRevision":1,"data":{"n":1e999}}'],
    ['more than 16 KiB', JSON.stringify({ ifRevision: 1, data: { s: 'x'.repeat(16 * 1024) } })],
    ['deep nesting', `{"ifRevision":1,"data":{"a":${'['.repeat(9_000)}${']'.repeat(9_000)}}}`],
  ])('[ACC-6] a patch with %s is refused and changes nothing', async (_, body) => {
    const { accessToken: token } = await server.signIn();
    const reply = await server.request('PATCH', ME, { token, body });
    expect([reply.status, reply.code]).toEqual([400, 'BAD_REQUEST']);
    expect(await readOwn(token)).toMatchObject({ revision: 1, data: {} });
  });

  test('[ACC-6] small patches cannot grow the profile past its limit', async () => {
    const { accessToken: token } = await server.signIn();
    const part = 'x'.repeat(9_000);
    await server.request('PATCH', ME, { token, body: { ifRevision: 1, data: { a: part } } });
    const second = await server.request('PATCH', ME, {
      token,
      body: { ifRevision: 2, data: { b: part } },
    });
    expect(second.code).toBe('BAD_REQUEST');
    expect(Object.keys((await readOwn(token)).data)).toEqual(['a']);
  });
});

describe('public profiles', () => {
  test('[ACC-9] others see name and statistics, nothing else', async () => {
    const { playerId, accessToken: token } = await server.signIn('Ann');
    await server.request('PATCH', ME, { token, body: { ifRevision: 1, data: { secret: 1 } } });
    await server.profiles.addStatistics(playerId, { 'duel.wins': 2 });
    const reply = await server.request('GET', `/v1/profiles/${playerId}`);
    expect(reply.json()).toEqual({ playerId, displayName: 'Ann', statistics: { 'duel.wins': 2 } });
  });

  test('[ACC-9] an unknown player is 404, an impossible id is 400', async () => {
    const unknown = await server.request('GET', `/v1/profiles/p_${'0'.repeat(20)}`);
    expect([unknown.status, unknown.code]).toEqual([404, 'PROFILE_UNKNOWN']);
    for (const id of ['p_1', 'P_'.padEnd(22, '0'), "p_';--", '%00', 'x'.repeat(5_000)]) {
      expect((await server.request('GET', `/v1/profiles/${id}`)).code).toBe('BAD_REQUEST');
    }
  });
});

describe('access tokens', () => {
  test('[ACC-21] no token, a wrong one, a changed one and alg=none are refused', async () => {
    const { accessToken } = await server.signIn();
    const missing = await server.request('GET', ME);
    expect([missing.status, missing.code]).toEqual([401, 'TOKEN_MISSING']);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer');
    const basic = await server.request('GET', ME, { headers: { Authorization: 'Basic YTpi' } });
    expect(basic.code).toBe('TOKEN_MISSING');

    const [header, payload = '', signature] = accessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'p_other' })).toString('base64url');
    const bad = ['nonsense', `${header}.${other}.${signature}`, new UnsecuredJWT(claims).encode()];
    for (const token of bad) {
      const reply = await server.request('GET', ME, { token });
      expect([reply.status, reply.code]).toEqual([401, 'TOKEN_INVALID']);
    }
  });

  test('[ACC-21] an expired token says so, so that the client refreshes', async () => {
    await using own = await startRestServer({ auth: { accessTokenTtlMs: 60_000 } });
    const session = await own.signIn();
    own.advance(70_000);
    const reply = await own.request('GET', ME, { token: session.accessToken });
    expect([reply.status, reply.code]).toEqual([401, 'TOKEN_EXPIRED']);
    const { refreshToken } = session;
    const renewed = await own.request('POST', '/v1/auth/refresh', { body: { refreshToken } });
    const { accessToken: token } = renewed.json<SessionTokens>();
    expect((await own.request('GET', ME, { token })).status).toBe(200);
  });
});

describe('refresh tokens', () => {
  test('[ACC-22] a refresh keeps the player, carries his new name, and gives new tokens', async () => {
    const first = await server.signIn('Ann');
    await server.request('PATCH', ME, {
      token: first.accessToken,
      body: { ifRevision: 1, displayName: 'Anna' },
    });
    const second = (await refresh(first.refreshToken)).json<SessionTokens>();
    expect(second).toMatchObject({ playerId: first.playerId, displayName: 'Anna' });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect((await readOwn(second.accessToken)).playerId).toBe(first.playerId);
  });

  test('[ACC-23] using a spent one revokes the whole family, and the log says whose', async () => {
    const first = await server.signIn();
    const second = (await refresh(first.refreshToken)).json<SessionTokens>();
    const stolen = await refresh(first.refreshToken);
    expect([stolen.status, stolen.code]).toEqual([401, 'TOKEN_INVALID']);
    expect((await refresh(second.refreshToken)).code).toBe('TOKEN_INVALID');
    await eventually(
      () =>
        server.logLines.some(
          (line) => line.includes('used again') && line.includes(first.playerId),
        ),
      { withinMs: 2_000 },
    );
  });

  test('[ACC-22] one that is past its time or was never issued is refused', async () => {
    await using own = await startRestServer();
    const { refreshToken } = await own.signIn();
    own.advance(31 * 24 * 3_600_000);
    for (const token of [refreshToken, `r_${'A'.repeat(43)}`]) {
      const reply = await own.request('POST', '/v1/auth/refresh', {
        body: { refreshToken: token },
      });
      expect([reply.status, reply.code]).toEqual([401, 'TOKEN_INVALID']);
    }
  });

  test('[ACC-22] only hashes are stored', async () => {
    const { refreshToken } = await server.signIn();
    const rows = await server.db.read({ sql: 'SELECT * FROM refresh_tokens' });
    expect(rows.length).toBeGreaterThan(0);
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(refreshToken);
    expect(stored).not.toContain(refreshToken.slice(refreshToken.lastIndexOf('.') + 1));
  });

  test('[ACC-24] signing out ends the family; doing it twice is fine', async () => {
    const { refreshToken } = await server.signIn();
    for (let i = 0; i < 2; i += 1) {
      const reply = await server.request('POST', '/v1/auth/sign-out', { body: { refreshToken } });
      expect([reply.status, reply.text]).toEqual([204, '']);
    }
    expect((await refresh(refreshToken)).code).toBe('TOKEN_INVALID');
  });
});

test.skipIf(isSplit)('[ACC-3] a store that is gone is 503 and tells to retry', async () => {
  await using own = await startRestServer();
  const { accessToken: token } = await own.signIn();
  await own.db.close();
  const reply = await own.request('GET', ME, { token });
  expect([reply.status, reply.code]).toEqual([503, 'STORE_UNAVAILABLE']);
  expect(reply.json()).toMatchObject({ error: { retryable: true } });
  await expect(own.profiles.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
