import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ErrorBody, ProfileBody } from '../../src/protocol/rest.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GAME = 'test/support/field-game.ts';
const SECRET = 'a secret of at least thirty-two characters';

interface Apart {
  readonly folder: string;
  readonly rpcPort: number;
}

async function startProfiles({ folder, rpcPort }: Apart): Promise<MeridianProcess> {
  return await MeridianProcess.start({
    game: GAME,
    env: {
      MERIDIAN_PROCESS_SERVICES: 'profile',
      MERIDIAN_RPC_PORT: String(rpcPort),
      MERIDIAN_PROFILES_SQLITE_PATH: join(folder, 'profiles.sqlite'),
      JWT_SECRET: SECRET,
    },
  });
}

async function startNode({ rpcPort }: Apart): Promise<MeridianProcess> {
  return await MeridianProcess.start({
    game: GAME,
    env: { MERIDIAN_RPC_PROFILE_TARGET: `127.0.0.1:${rpcPort}`, JWT_SECRET: SECRET },
  });
}

async function ask<Body>(
  node: MeridianProcess,
  token: string,
  change?: object,
): Promise<{ readonly status: number; readonly body: Body }> {
  const response = await fetch(`${node.url}/v1/profiles/me`, {
    method: change === undefined ? 'GET' : 'PATCH',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(change === undefined ? {} : { body: JSON.stringify(change) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

test('[SE-10] [SE-11] nodes have their profiles from a service, which may be killed', async () => {
  await using folder = await temporaryFolder('services-apart');
  const apart = { folder: folder.path, rpcPort: await freePort() };
  const first = await startProfiles(apart);
  await using _first = first;
  expect(first.rpcPort).toBe(apart.rpcPort);
  await using a = await startNode(apart);
  await using b = await startNode(apart);
  const { accessToken } = await a.signIn('Ann');
  const data = { loadout: ['sword'] };
  expect(await ask<ProfileBody>(b, accessToken, { ifRevision: 1, data })).toMatchObject({
    status: 200,
    body: { displayName: 'Ann', revision: 2, data },
  });
  expect(await ask<ErrorBody>(a, accessToken, { ifRevision: 1, data })).toMatchObject({
    status: 409,
    body: { error: { code: 'REVISION_STALE', details: { revision: 2 } } },
  });

  first.child.kill('SIGKILL');
  await first.ended;
  expect(await ask<ErrorBody>(a, accessToken)).toMatchObject({
    status: 503,
    body: { error: { code: 'SERVICE_UNAVAILABLE', retryable: true } },
  });
  const ready = await fetch(`${a.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ready: false, failed: ['profile store'] },
  ]);

  await using second = await startProfiles(apart);
  await eventually(async () => (await fetch(`${a.url}/ready`)).ok, { withinMs: 10_000 });
  expect((await ask<ProfileBody>(a, accessToken)).body).toMatchObject({ revision: 2, data });
  expect(await second.metrics()).toContain(
    'meridian_rpc_duration_seconds_count{side="server",method="ProfileService/Read",outcome="ok"}',
  );
  expect(await second.stop()).toEqual({ exitCode: 0, signal: null });
});

test('[SE-10] a service alone wants a secret, or nobody would be let in', async () => {
  await using node = await MeridianProcess.spawn({
    game: GAME,
    env: { MERIDIAN_PROCESS_SERVICES: 'profile', JWT_SECRET: undefined },
  });
  expect((await node.ended).exitCode).toBe(1);
  expect(node.output).toContain('MERIDIAN_RPC_SECRET');
});

test('[SE-12] services may share a process: two processes for five services', async () => {
  await using redis = await RedisServer.start();
  await using folder = await temporaryFolder('services-shared');
  const rpcPort = await freePort();
  const target = `127.0.0.1:${rpcPort}`;
  const env = {
    JWT_SECRET: SECRET,
    REDIS_URI: redis.uri,
    MERIDIAN_RPC_AUTH_TARGET: target,
    MERIDIAN_RPC_PROFILE_TARGET: target,
    MERIDIAN_RPC_ANALYTICS_TARGET: target,
    MERIDIAN_CLUSTER_PEER_PORT: '0',
  };
  await using behind = await MeridianProcess.start({
    game: GAME,
    env: {
      ...env,
      MERIDIAN_PROCESS_SERVICES: 'auth, profile, analytics',
      MERIDIAN_RPC_PORT: String(rpcPort),
      MERIDIAN_ANALYTICS_FOLDER: join(folder.path, 'events'),
    },
  });
  // Everything that has no target.
  await using node = await MeridianProcess.start({ game: GAME, env });
  const { accessToken } = await node.signIn('Ann');
  expect((await ask<ProfileBody>(node, accessToken)).body).toMatchObject({ displayName: 'Ann' });
  expect(await behind.stop()).toEqual({ exitCode: 0, signal: null });
  expect(await node.stop()).toEqual({ exitCode: 0, signal: null });
});

test('[SE-12] a node that was told what to run serves it to other nodes, and one that was not serves nobody', async () => {
  const rpcPort = await freePort();
  const profileTarget = { MERIDIAN_RPC_PROFILE_TARGET: `127.0.0.1:${rpcPort}` };
  await using first = await MeridianProcess.start({
    game: GAME,
    env: {
      JWT_SECRET: SECRET,
      MERIDIAN_PROCESS_SERVICES: 'auth,profile,matchmaking,game,analytics',
      MERIDIAN_RPC_PORT: String(rpcPort),
    },
  });
  expect(first.rpcPort).toBe(rpcPort);
  await using second = await MeridianProcess.start({
    game: GAME,
    env: { JWT_SECRET: SECRET, ...profileTarget },
  });
  expect(second.rpcPort).toBe(0);
  const { accessToken } = await first.signIn('Ann');
  expect((await ask<ProfileBody>(second, accessToken)).body).toMatchObject({ displayName: 'Ann' });
});

test.each([
  ['a service that nobody knows', { MERIDIAN_PROCESS_SERVICES: 'games' }, 'auth, profile'],
  ['a game without accounts', { MERIDIAN_PROCESS_SERVICES: 'game' }, 'MERIDIAN_RPC_AUTH_TARGET'],
  ['auth without Redis', { MERIDIAN_PROCESS_SERVICES: 'auth,profile' }, 'redis.uri'],
  [
    'analytics that go nowhere',
    {
      MERIDIAN_PROCESS_SERVICES: 'analytics',
      REDIS_URI: 'redis://127.0.0.1:1',
      MERIDIAN_ANALYTICS_SINK: 'none',
    },
    'MERIDIAN_ANALYTICS_SINK',
  ],
])('[SE-17] %s does not start, and says what to set', async (_, env, told) => {
  await using node = await MeridianProcess.spawn({
    game: GAME,
    env: { JWT_SECRET: SECRET, ...env },
  });
  expect((await node.ended).exitCode).toBe(1);
  expect(node.output).toContain(told);
  expect(node.output).not.toContain('    at ');
});
