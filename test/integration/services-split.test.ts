// A game whose services each have a process of their own, as players and operators see it; and what happens when one of them is killed.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Client, type Room } from '@colyseus/sdk';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import type { ErrorBody, ProfileBody, SessionTokens } from '../../src/protocol/rest.ts';
import { readEventFiles } from '../support/event-files.ts';
import { eventually } from '../support/eventually.ts';
import { isLong } from '../support/long-test.ts';
import { type SplitProcess, SplitWorld } from '../support/split-world.ts';

const GAME = 'test/support/field-game.ts';
const PASSWORD = 'operator of five processes';
const SOON = { withinMs: 30_000 };
/** Processes are started again in the midst of tests. */
vi.setConfig({ testTimeout: 120_000 });
const { privateKey } = generateKeyPairSync('ed25519');
const SIGNING_KEY = { ...privateKey.export({ format: 'jwk' }), kid: 'k1' };
/** Everything that nobody may read in a log. */
const secrets = new Set<string>([String(SIGNING_KEY['d']), PASSWORD]);

let world: SplitWorld;
beforeAll(async () => {
  world = await SplitWorld.start({
    game: GAME,
    env: {
      MERIDIAN_ADMIN_PASSWORD: PASSWORD,
      MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
      MERIDIAN_PROCESS_LOG_LEVEL: 'trace',
    },
    // What signs is with the auth service, and nowhere else.
    envOf: { auth: { MERIDIAN_AUTH_SIGNING_KEYS: JSON.stringify([SIGNING_KEY]) } },
  });
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

async function ask<Body>(
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown } = {},
): Promise<{ readonly status: number; readonly body: Body }> {
  const response = await fetch(`${world.node.url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const reply = (text === '' ? null : JSON.parse(text)) as Body;
  remember({ token, ...(body as object), ...(reply as object) });
  return { status: response.status, body: reply };
}

/** Notes the secrets of a message. */
function remember(message: Readonly<Record<string, unknown>>): void {
  for (const name of ['token', 'accessToken', 'refreshToken', 'password', 'deviceKey', 'ticket']) {
    const secret = message[name];
    if (typeof secret === 'string') secrets.add(secret);
  }
}

const own = (token: string) => ask<ProfileBody & ErrorBody>('GET', '/v1/profiles/me', { token });
const signInGuest = () =>
  ask<SessionTokens & ErrorBody>('POST', '/v1/auth/guest', { body: { displayName: 'Ann' } });

async function operator(method: string, path: string, body?: unknown): Promise<Response> {
  return await fetch(`http://127.0.0.1:${world.node.adminPort}/admin/v1/players/${path}`, {
    method,
    headers: {
      Authorization: `Basic ${btoa(`operator:${PASSWORD}`)}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function join({ accessToken }: SessionTokens) {
  const client = new Client(world.node.url);
  client.auth.token = accessToken;
  const room: Room = await client.joinOrCreate('field');
  room.reconnection.enabled = false;
  room.onMessage('*', () => undefined);
  const ended = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));
  return { room, ended };
}

test('[SE-12] a player signs in, plays, is counted, and is deleted, over as many processes as there are services', async () => {
  const first = await world.node.signIn('Ann');
  const { refreshToken } = first;
  const renewed = await ask<SessionTokens>('POST', '/v1/auth/refresh', { body: { refreshToken } });
  const session = renewed.body;
  expect(session).toMatchObject({ playerId: first.playerId, displayName: 'Ann' });

  const { room } = await join(session);
  expect(await room.request('score', 7)).toEqual({ 'field.points': 7 });
  await room.leave();
  expect((await own(session.accessToken)).body).toMatchObject({
    statistics: { 'field.points': 7 },
  });

  const deleted = await ask('DELETE', '/v1/profiles/me', { token: session.accessToken });
  expect(deleted.status).toBe(204);
  // At once, at the node that was asked.
  expect((await own(session.accessToken)).body.error.code).toBe('TOKEN_REVOKED');
  const names = async () =>
    (await readEventFiles(world.eventsFolder)).events.map(({ name }) => name);
  await eventually(async () => (await names()).includes('session_ended'), SOON);

  const { node } = world;
  for (const method of ['SignInGuest', 'Refresh', 'ForgetPlayer']) {
    expect(await world.process('auth').metrics()).toContain(
      `meridian_rpc_duration_seconds_count{side="server",method="AuthService/${method}",outcome="ok"}`,
    );
  }
  expect(
    await world.process('analytics').metric('meridian_analytics_shipped_total'),
  ).toBeGreaterThan(0);
  expect(await node.metric('meridian_analytics_published_total')).toBeGreaterThan(0);
  expect(await node.metric('meridian_analytics_shipped_total')).toBe(0);
});

test('[SE-16] a node verifies by the public keys of the auth service, and shows them', async () => {
  const { accessToken } = await world.node.signIn();
  expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'EdDSA', kid: 'k1' });
  expect((await own(accessToken)).status).toBe(200);
  const { kty, crv, x, kid } = SIGNING_KEY;
  expect((await ask('GET', '/.well-known/jwks.json')).body).toEqual({
    keys: [{ kty, crv, x, kid, alg: 'EdDSA', use: 'sig' }],
  });
});

test('[SE-12] a process without a game has no rooms and no REST', async () => {
  for (const name of ['auth', 'profile', 'analytics'] satisfies SplitProcess[]) {
    const { url } = world.process(name);
    expect((await fetch(`${url}/ready`)).status, name).toBe(200);
    for (const path of ['/v1/auth/guest', '/matchmake/joinOrCreate/field']) {
      expect((await fetch(`${url}${path}`, { method: 'POST' })).status, name).toBe(404);
    }
  }
});

test('[SE-13] a ban that the auth service decides reaches the seat and the token, and goes again', async () => {
  const session = await world.node.signIn('Bob');
  const { ended } = await join(session);
  const path = `${session.playerId}/ban`;
  const ban = { reason: 'aimbot', untilMs: null };
  expect(await (await operator('POST', path, ban)).json()).toEqual({
    playerId: session.playerId,
    ...ban,
  });
  expect(await ended).toBe(CloseCode.BANNED);
  const { accessToken, refreshToken } = session;
  expect((await own(accessToken)).body.error).toMatchObject({
    code: 'PLAYER_BANNED',
    details: ban,
  });
  const refused = await ask<ErrorBody>('POST', '/v1/auth/refresh', { body: { refreshToken } });
  expect([refused.status, refused.body.error.code]).toEqual([403, 'PLAYER_BANNED']);
  expect((await operator('DELETE', path)).status).toBe(200);
  expect((await own(accessToken)).status).toBe(200);
});

test('[SE-13] a sign-in that ends is over at once on the node that asked', async () => {
  const session = await world.node.signIn();
  const { ended } = await join(session);
  const { refreshToken, accessToken: token } = session;
  const stolen = await ask<SessionTokens>('POST', '/v1/auth/refresh', { body: { refreshToken } });
  expect(stolen.status).toBe(200);
  const again = await ask<ErrorBody>('POST', '/v1/auth/refresh', { body: { refreshToken } });
  expect(again.body.error.code).toBe('TOKEN_INVALID');
  for (const accessToken of [token, stolen.body.accessToken]) {
    expect((await own(accessToken)).body.error.code).toBe('TOKEN_REVOKED');
  }
  expect(await ended).toBe(CloseCode.SIGNED_OUT);
});

describe.skipIf(!isLong)('killed with -9', () => {
  test('[SE-14] auth: who is signed in plays, comes and goes; signing in waits for it to be back', async () => {
    const session = await world.node.signIn('Cara');
    const { room } = await join(session);
    await world.kill('auth');
    expect((await fetch(`${world.node.url}/ready`)).status).toBe(200);
    expect(await room.request('add', [1, 2])).toBe(3);
    expect((await own(session.accessToken)).status).toBe(200);
    const other = await join(session);
    await other.room.leave();
    const refused = await signInGuest();
    expect([refused.status, refused.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(refused.body.error.retryable).toBe(true);

    await world.restart('auth');
    await eventually(async () => (await signInGuest()).status === 201, SOON);
    const { refreshToken } = session;
    const renewed = await ask('POST', '/v1/auth/refresh', { body: { refreshToken } });
    expect(renewed.status).toBe(200);
    await room.leave();
  });

  test('[SE-16] auth, and a node that starts meanwhile: it is not ready, and holds nothing against a token', async () => {
    const { accessToken } = await world.node.signIn();
    await world.kill('auth');
    await world.kill('game');
    await world.restart('game');
    const ready = await fetch(`${world.node.url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, failed: ['auth keys'] },
    ]);
    const early = await own(accessToken);
    expect([early.status, early.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    await world.restart('auth');
    await world.node.ready();
    expect((await own(accessToken)).status).toBe(200);
  });

  test('[SE-11] profile: play goes on, nodes are not ready until it is back, and nothing is lost', async () => {
    const session = await world.node.signIn('Dora');
    const { room } = await join(session);
    await room.request('score', 3);
    await world.kill('profile');
    expect(await room.request('add', [1, 2])).toBe(3);
    const away = await own(session.accessToken);
    expect([away.status, away.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await signInGuest()).status).toBe(503);
    expect((await fetch(`${world.node.url}/ready`)).status).toBe(503);

    await world.restart('profile');
    await world.node.ready();
    expect(await room.request('score', 4)).toEqual({ 'field.points': 7 });
    await eventually(async () => (await signInGuest()).status === 201, SOON);
    await room.leave();
  });

  test('[SE-15] analytics: nobody notices; what was recorded meanwhile is written when it is back', async () => {
    const session = await world.node.signIn('Emma');
    await world.kill('analytics');
    expect((await fetch(`${world.node.url}/ready`)).status).toBe(200);
    const { room } = await join(session);
    const { roomId } = room;
    await room.leave();
    const path = '/v1/profiles/me';
    const kept = await ask<ErrorBody>('DELETE', path, { token: session.accessToken });
    expect([kept.status, kept.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);

    await world.restart('analytics');
    // Begun before and asked for again, it is done.
    const deleted = async () =>
      (await ask('DELETE', path, { token: session.accessToken })).status === 204;
    await eventually(deleted, SOON);
    const ended = async () =>
      (await readEventFiles(world.eventsFolder)).events.some(
        (event) => event.name === 'session_ended' && event.roomId === roomId,
      );
    await eventually(ended, SOON);
  });

  test('[SE-23] matchmaking: rooms are made and play on, and the nodes are ready when it is back', async () => {
    const session = await world.node.signIn('Eve');
    await world.kill('matchmaking');
    const unready = async () => {
      const ready = await fetch(`${world.node.url}/ready`);
      return ((await ready.json()) as { readonly failed: readonly string[] }).failed;
    };
    await eventually(async () => (await unready()).join() === 'matchmaking', SOON);
    const { room } = await join(session);
    expect(await room.request('add', [1, 2])).toBe(3);
    await room.leave();
    await world.restart('matchmaking');
    await world.node.ready();
  });

  test('[SE-12] game: the next one has the same players', async () => {
    const session = await world.node.signIn('Fay');
    const { room } = await join(session);
    await room.request('score', 5);
    await world.kill('game');
    await world.restart('game');
    await world.node.ready();
    const next = await join(session);
    expect(await next.room.request('score', 1)).toEqual({ 'field.points': 6 });
    await next.room.leave();
  });
});

test('[SE-18] no process logs a secret, whichever way it came and whatever was away', async () => {
  const account = { email: 'tell.tale@example.com', password: 'four unlogged otters' };
  const wrong = { ...account, password: 'five unlogged otters' };
  const signIns: readonly (readonly [path: string, body: object])[] = [
    ['/v1/auth/email/sign-up', account],
    ['/v1/auth/email/sign-in', wrong],
    ['/v1/auth/email/sign-in', account],
    ['/v1/auth/device', { deviceKey: randomBytes(32).toString('base64url') }],
    ['/v1/auth/providers/steam/sign-in', { ticket: 'abcdef0123456789'.repeat(8) }],
  ];
  const tryAll = async () => {
    for (const [path, body] of signIns) await ask('POST', path, { body });
  };
  await tryAll();
  await world.kill('profile');
  await tryAll();
  await world.kill('auth');
  await tryAll();
  await world.restart('profile');
  await world.restart('auth');
  await world.node.ready();
  const { output } = world;
  // What failed is there, and by whom.
  expect(output.includes('AuthService/SignInEmail')).toBe(true);
  const logged = [...secrets, account.email].filter((secret) => output.includes(secret));
  expect(logged).toEqual([]);
  expect(secrets.size).toBeGreaterThan(20);
});
