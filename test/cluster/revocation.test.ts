// What ends a player's tokens, heard everywhere: two nodes of one region and one of another, real Redis for each region, and a store of
// its own for each node, so that nothing but the news can have told them.

import { Client, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const PASSWORD = 'operator of two regions';
/** "In seconds": the promise of ACC-50. */
const SECONDS = { withinMs: 5_000 };

const owned = new AsyncDisposableStack();
/** a1 and a2 are one region, b1 another. */
const nodes: Record<'a1' | 'a2' | 'b1', MeridianProcess> = {} as never;
let startAgain: () => Promise<MeridianProcess>;

beforeAll(async () => {
  const redis = {
    a: owned.use(await RedisServer.start()),
    b: owned.use(await RedisServer.start()),
  };
  const catalogue = JSON.stringify(
    (['a', 'b'] as const).map((id) => ({
      ...{ id, name: id, url: `http://127.0.0.1:${id === 'a' ? 1 : 2}` },
      position: { latitude: 50, longitude: 8 },
    })),
  );
  const start = async (id: 'a' | 'b') => {
    const port = await freePort();
    const other = id === 'a' ? 'b' : 'a';
    return owned.use(
      await MeridianProcess.start({
        game: 'test/support/field-game.ts',
        env: {
          PORT: String(port),
          JWT_SECRET: 'a secret of two regions, long enough',
          REDIS_URI: redis[id].uri,
          MERIDIAN_ADMIN_PASSWORD: PASSWORD,
          MERIDIAN_CLUSTER_PEER_PORT: '0',
          MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
          MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
          MERIDIAN_REGION_ID: id,
          MERIDIAN_REGIONS: catalogue,
          MERIDIAN_REGION_LINKS: JSON.stringify([{ id: other, redisUri: redis[other].uri }]),
        },
      }),
    );
  };
  startAgain = () => start('a');
  Object.assign(nodes, { a1: await start('a'), a2: await start('a'), b1: await start('b') });
}, 60_000);
afterAll(() => owned.disposeAsync());

async function post(node: MeridianProcess, path: string, body: unknown, token?: string) {
  return await fetch(`${node.url}${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
}

/** `null`: it is good there. */
async function refusalAt(node: MeridianProcess, { accessToken }: SessionTokens) {
  const reply = await fetch(`${node.url}/v1/auth/identities`, {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  return reply.ok ? null : codeOf(reply);
}

async function codeOf(reply: Response): Promise<string> {
  return ((await reply.json()) as { readonly error: { readonly code: string } }).error.code;
}

async function operator(node: MeridianProcess, method: string, path: string, body?: unknown) {
  return await fetch(`http://127.0.0.1:${node.adminPort}/admin/v1/players/${path}`, {
    method,
    headers: {
      Authorization: `Basic ${btoa(`operator:${PASSWORD}`)}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A room at that node, and the code with which it ends. */
async function join(node: MeridianProcess, { accessToken }: SessionTokens) {
  const client = new Client(node.url);
  client.auth.token = accessToken;
  const room: Room = await client.joinOrCreate('field');
  room.reconnection.enabled = false;
  room.onMessage('*', () => undefined);
  const ended = new Promise<{ code: number; reason?: string }>((resolve) =>
    room.onLeave((code, reason) => resolve({ code, ...(reason === undefined ? {} : { reason }) })),
  );
  return { client, room, ended };
}

const everywhere = () => [nodes.a1, nodes.a2, nodes.b1];

async function refusedEverywhere(session: SessionTokens, code: string | null): Promise<void> {
  await eventually(async () => {
    const codes = await Promise.all(everywhere().map((node) => refusalAt(node, session)));
    return codes.every((each) => each === code);
  }, SECONDS);
}

test('[ACC-50, ACC-51] signing out everywhere is heard by every node of every region, and ends the rooms of the player only', async () => {
  const session = await nodes.a1.signIn('Ann');
  const stranger = await nodes.a1.signIn('Bob');
  const rooms = await Promise.all(everywhere().map((node) => join(node, session)));
  const other = await join(nodes.b1, stranger);
  await refusedEverywhere(session, null);

  const reply = await post(nodes.a1, '/v1/auth/sign-out-everywhere', {}, session.accessToken);
  expect(reply.status).toBe(204);
  await refusedEverywhere(session, 'TOKEN_REVOKED');
  for (const { ended } of rooms) expect((await ended).code).toBe(CloseCode.SIGNED_OUT);
  const { refreshToken } = session;
  expect(await codeOf(await post(nodes.a1, '/v1/auth/refresh', { refreshToken }))).toBe(
    'TOKEN_INVALID',
  );

  await refusedEverywhere(stranger, null);
  expect(await other.room.request('add', [1, 1])).toBe(2);
  await other.room.leave();
});

test('[ACC-23, ACC-51] a refresh token that was stolen ends the sign-in in the other region, with its rooms', async () => {
  const session = await nodes.a2.signIn('Ann');
  const { ended } = await join(nodes.b1, session);
  const { refreshToken } = session;
  const renewed = (await (
    await post(nodes.a2, '/v1/auth/refresh', { refreshToken })
  ).json()) as SessionTokens;
  await refusedEverywhere(renewed, null);
  expect((await post(nodes.a2, '/v1/auth/refresh', { refreshToken })).status).toBe(401);
  await refusedEverywhere(session, 'TOKEN_REVOKED');
  await refusedEverywhere(renewed, 'TOKEN_REVOKED');
  expect((await ended).code).toBe(CloseCode.SIGNED_OUT);
});

test('[ACC-52, ACC-53] an operator bans a player: out of his rooms, kept out everywhere, and in again when it is lifted', async () => {
  const session = await nodes.a1.signIn('Ann');
  const rooms = await Promise.all([nodes.a2, nodes.b1].map((node) => join(node, session)));
  const ban = { reason: 'aimbot', untilMs: Date.now() + 3_600_000 };
  const path = `${session.playerId}/ban`;
  const reply = await operator(nodes.a1, 'POST', path, ban);
  expect(await reply.json()).toEqual({ playerId: session.playerId, ...ban });
  for (const { ended } of rooms) {
    expect(await ended).toEqual({
      code: CloseCode.BANNED,
      reason: expect.stringContaining('banned'),
    });
  }
  await refusedEverywhere(session, 'PLAYER_BANNED');
  const joining = await post(nodes.b1, '/matchmake/joinOrCreate/field', {}, session.accessToken);
  expect(joining.status).toBe(403);
  expect(await joining.json()).toMatchObject({
    error: { code: 'PLAYER_BANNED', details: ban },
  });

  expect((await operator(nodes.b1, 'DELETE', path)).status).toBe(200);
  await refusedEverywhere(session, null);
  const { room } = await join(nodes.a2, session);
  await room.leave();
});

test('[ACC-51] a seat that is kept for a player is not his any more', async () => {
  const [ann, bob] = [await nodes.a1.signIn('Ann'), await nodes.a1.signIn('Bob')];
  const dropped = await Promise.all(
    [ann, bob].map(async (session) => {
      const { client, room, ended } = await join(nodes.b1, session);
      const { reconnectionToken } = room;
      // Not by leaving: the field keeps the seat for 20 s.
      const { ws } = room.connection.transport as unknown as { readonly ws: WebSocket };
      ws.close(3_000);
      await ended;
      return () => client.reconnect(reconnectionToken);
    }),
  );
  await operator(nodes.a2, 'POST', `${ann.playerId}/sign-out`);
  await refusedEverywhere(ann, 'TOKEN_REVOKED');
  await expect(dropped[0]?.()).rejects.toMatchObject({ code: CloseCode.SIGNED_OUT });
  const room = await dropped[1]?.();
  expect(room?.sessionId).toBeTypeOf('string');
  await room?.leave();
});

test('[ACC-50] a node that starts later knows what was revoked before', async () => {
  const session = await nodes.b1.signIn('Ann');
  await post(nodes.b1, '/v1/auth/sign-out', { refreshToken: session.refreshToken });
  await refusedEverywhere(session, 'TOKEN_REVOKED');
  const young = await startAgain();
  expect(await refusalAt(young, session)).toBe('TOKEN_REVOKED');
  await young.stop();
});

test.each([
  ['POST', 'p_1/ban', { reason: 'x' }],
  ['POST', `p_${'0'.repeat(20)}/ban`, {}],
  ['POST', `p_${'0'.repeat(20)}/ban`, { reason: ' ' }],
  ['POST', `p_${'0'.repeat(20)}/ban`, { reason: 'x', untilMs: 'tomorrow' }],
])('[ACC-53] %s %s with %j is refused', async (method, path, body) => {
  const reply = await operator(nodes.a1, method, path, body);
  expect([reply.status, await codeOf(reply)]).toEqual([400, 'BAD_REQUEST']);
});
