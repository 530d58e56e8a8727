// Region a has its auth service in a process of its own, region b is one process: what either decides on players holds in both.

import { randomBytes } from 'node:crypto';
import { Client, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { RedisServer } from '../support/redis-server.ts';
import { SplitWorld } from '../support/split-world.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const GAME = 'test/support/field-game.ts';
const PASSWORD = 'operator of two regions';
/** "In seconds": the promise of ACC-50. */
const SECONDS = { withinMs: 5_000 };
/** Processes are started again in the midst of tests. */
vi.setConfig({ testTimeout: 120_000 });
const CATALOGUE = JSON.stringify(
  ['a', 'b'].map((id, n) => ({
    ...{ id, name: id, url: `http://127.0.0.1:${n + 1}` },
    position: { latitude: 50, longitude: 8 },
  })),
);

const owned = new AsyncDisposableStack();
let a: SplitWorld;
let b: MeridianProcess;

beforeAll(async () => {
  const redis = owned.use(await RedisServer.start());
  const settings = (id: string, peer: string, redisUri: string) => ({
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
    MERIDIAN_REGION_ID: id,
    MERIDIAN_REGIONS: CATALOGUE,
    MERIDIAN_REGION_LINKS: JSON.stringify([{ id: peer, redisUri }]),
  });
  a = owned.use(await SplitWorld.start({ game: GAME, env: settings('a', 'b', redis.uri) }));
  b = owned.use(
    await MeridianProcess.start({
      game: GAME,
      env: {
        ...settings('b', 'a', a.redis.uri),
        JWT_SECRET: a.secret,
        REDIS_URI: redis.uri,
        MERIDIAN_CLUSTER_PEER_PORT: '0',
      },
    }),
  );
}, 120_000);
afterAll(() => owned.disposeAsync());

async function codeAt(
  node: MeridianProcess,
  method: string,
  path: string,
  { token, body }: { readonly token?: string; readonly body?: unknown },
): Promise<string | null> {
  const reply = await fetch(`${node.url}${path}`, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (reply.ok) return null;
  return ((await reply.json()) as { readonly error: { readonly code: string } }).error.code;
}

/** `null`: it is good there. */
const refusalAt = (node: MeridianProcess, { accessToken: token }: SessionTokens) =>
  codeAt(node, 'GET', '/v1/auth/identities', { token });

const deviceKey = randomBytes(32).toString('base64url');
const byDeviceAt = (node: MeridianProcess) =>
  codeAt(node, 'POST', '/v1/auth/device', { body: { deviceKey } });

async function operator(node: MeridianProcess, method: string, path: string, body?: unknown) {
  return await fetch(`http://127.0.0.1:${node.adminPort}/admin/v1/players/${path}`, {
    method,
    headers: {
      Authorization: `Basic ${btoa(`operator:${PASSWORD}`)}`,
      'Content-Type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Takes a seat. @returns with which code it ends */
async function sitAt(node: MeridianProcess, { accessToken }: SessionTokens) {
  const client = new Client(node.url);
  client.auth.token = accessToken;
  const room: Room = await client.joinOrCreate('field');
  room.reconnection.enabled = false;
  room.onMessage('*', () => undefined);
  return { ended: new Promise<number>((resolve) => room.onLeave((code) => resolve(code))) };
}

longTest(
  '[SE-13] a sign-in that ends in the auth service of one region ends in the other',
  async () => {
    const session = await a.node.signIn('Ann');
    expect(await refusalAt(b, session)).toBeNull();
    const seats = [await sitAt(a.node, session), await sitAt(b, session)];
    const path = `${session.playerId}/sign-out`;
    expect((await operator(a.node, 'POST', path)).status).toBe(204);
    expect(await refusalAt(a.node, session)).toBe('TOKEN_REVOKED');
    await eventually(async () => (await refusalAt(b, session)) === 'TOKEN_REVOKED', SECONDS);
    for (const { ended } of seats) expect(await ended).toBe(CloseCode.SIGNED_OUT);
  },
);

longTest(
  '[SE-13] a ban of the other region is kept by the auth service, for the time after',
  async () => {
    const reply = await fetch(`${a.node.url}/v1/auth/device`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ deviceKey }),
    });
    const session = (await reply.json()) as SessionTokens;
    const path = `${session.playerId}/ban`;
    expect((await operator(b, 'POST', path, { reason: 'aimbot' })).status).toBe(200);
    await eventually(async () => (await refusalAt(a.node, session)) === 'PLAYER_BANNED', SECONDS);
    await eventually(async () => (await byDeviceAt(a.node)) === 'PLAYER_BANNED', SECONDS);
    // Not because it remembers having heard of it.
    await a.kill('auth');
    await a.restart('auth');
    await eventually(async () => (await byDeviceAt(a.node)) === 'PLAYER_BANNED', {
      withinMs: 30_000,
    });
    expect((await operator(b, 'DELETE', path)).status).toBe(200);
    await eventually(async () => (await byDeviceAt(a.node)) === null, SECONDS);
  },
);

longTest(
  '[SE-13] the auth service takes no turn of a link: what comes for tickets finds matchmaking, and a node carries',
  async () => {
    await using redis = a.redis.client();
    const keys = [redisKeys.linkBridge('b'), redisKeys.linkWorker('b')];
    await eventually(async () => (await redis.exists(...keys)) === 2, SECONDS);
    await Promise.all([a.kill('game'), a.kill('matchmaking')]);
    // Gone with those that had them, and nobody takes them up.
    await eventually(async () => (await redis.exists(...keys)) === 0, SECONDS);
    // Whoever wants a turn asks three times a second.
    const taken = async () => (await redis.exists(...keys)) > 0;
    await expect(eventually(taken, { withinMs: 1_000 })).rejects.toThrow('not within');
    await Promise.all([a.restart('game'), a.restart('matchmaking')]);
    await eventually(async () => (await redis.exists(...keys)) === 2, { withinMs: 30_000 });
  },
);

longTest(
  '[CA-9] what a profile service apart writes, the caches of the other region hear',
  async () => {
    const heard = () =>
      b.metric('meridian_cache_news_total{cache="profiles",direction="heard"}').catch(() => 0);
    const before = await heard();
    // A profile that is new has changed, too.
    await a.node.signIn('Cid');
    await eventually(async () => (await heard()) > before, SECONDS);
  },
);
