import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ErrorBody, ProfileBody, UsernameOwner } from '../../src/protocol/rest.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

let server: RestServer;
beforeAll(async () => {
  server = await startRestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

function as(token: string) {
  return async <Body>(method: string, path: string, body?: unknown) => {
    const reply = await server.request(method, path, {
      token,
      ...(body === undefined ? {} : { body }),
    });
    return { status: reply.status, body: reply.status === 204 ? null : reply.json<Body>() };
  };
}

test('[PR-53] the owner sees what he owns', async () => {
  const { accessToken, playerId } = await server.signIn('Ann');
  const ann = as(accessToken);
  const reward = { operationId: 'match:1', reason: 'won', currencies: { gold: 30 } };
  await server.profiles.operate(playerId, { ...reward, items: { sword: 1 } });
  expect((await ann<ProfileBody>('GET', '/v1/profiles/me')).body).toMatchObject({
    wallet: { gold: 30 },
    inventory: { sword: 1 },
    username: null,
  });
  const stranger = await server.request('GET', `/v1/profiles/${playerId}`);
  expect(stranger.json<object>()).not.toHaveProperty('wallet');
});

test('[PR-30] [PR-53] a username has one owner, who is found by it', async () => {
  const one = await server.signIn('One');
  const two = await server.signIn('Two');
  const take = (token: string, username: unknown) =>
    as(token)<ProfileBody & ErrorBody>('POST', '/v1/profiles/me/username', { username });
  expect(await take(one.accessToken, ' Brave_Otter ')).toMatchObject({
    status: 200,
    body: { username: 'brave_otter' },
  });
  expect(await take(two.accessToken, 'BRAVE_OTTER')).toMatchObject({
    status: 409,
    body: { error: { code: 'USERNAME_TAKEN' } },
  });
  for (const wrong of ['ab', '1st', 'a-b', 'x'.repeat(21), null]) {
    expect((await take(two.accessToken, wrong)).status, String(wrong)).toBe(400);
  }
  const find = (name: string) =>
    as(two.accessToken)<UsernameOwner & ErrorBody>('GET', `/v1/usernames/${name}`);
  expect((await find('Brave_Otter')).body).toEqual({ playerId: one.playerId });
  expect((await find('nobody_here')).body).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

test('[PR-50] [PR-53] a player takes all that is kept of him along, and is forgotten', async () => {
  const { accessToken, refreshToken, playerId } = await server.signIn('Ann');
  const ann = as(accessToken);
  await server.profiles.operate(playerId, {
    ...{ operationId: 'shop:1', reason: 'gift', currencies: { gold: 5 } },
  });
  await ann('POST', '/v1/profiles/me/username', { username: 'ann_the_first' });
  expect((await ann<object>('GET', '/v1/profiles/me/export')).body).toMatchObject({
    profile: { playerId, displayName: 'Ann', wallet: { gold: 5 }, username: 'ann_the_first' },
    ledger: [{ operationId: 'shop:1', sequence: 1, currencies: { gold: 5 } }],
  });

  expect(await ann('DELETE', '/v1/profiles/me')).toEqual({ status: 204, body: null });
  expect((await server.request('GET', `/v1/profiles/${playerId}`)).status).toBe(404);
  expect((await ann<ErrorBody>('GET', '/v1/profiles/me')).body).toMatchObject({
    error: { code: 'TOKEN_REVOKED' },
  });
  const again = await server.request('POST', '/v1/auth/refresh', { body: { refreshToken } });
  expect(again.status).toBe(401);
  const next = await server.signIn('Next');
  const { status } = await as(next.accessToken)('POST', '/v1/profiles/me/username', {
    username: 'ann_the_first',
  });
  expect(status).toBe(200);
});
