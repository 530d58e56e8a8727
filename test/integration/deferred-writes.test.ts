import { Client } from '@colyseus/sdk';
import { Queue, Worker } from 'bullmq';
import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import type { PlayerOperation } from '../../src/profiles/contract.ts';
import type { ProfileBody } from '../../src/protocol/rest.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { AwayStore, counted, openService } from '../support/away-store.ts';
import { eventually } from '../support/eventually.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const isMissing = missingTool('mongo-server') || missingTool('redis-server');
const server = isMissing ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

const ANN = 'p_annannannannannannan';
const SOON = { withinMs: 20_000 };
const reward = (operationId: string, gold = 10): PlayerOperation => ({
  operationId,
  reason: 'won',
  currencies: { gold },
  items: { shield: 1 },
});
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE' };
const WRITES = 'meridian_deferred_writes_total';

/** A region in which Ann has a profile. */
async function openRegion({
  redisFlags = [] as readonly string[] | 'cluster',
  mostWaitingWrites = 1_000,
  log = pino({ level: 'silent' }),
} = {}) {
  if (server === null) throw new Error('skipped');
  await using owned = new AsyncDisposableStack();
  const store = owned.use(await AwayStore.open(server, redisFlags));
  const settings = { ...store.settings, mostWaitingWrites };
  const node = owned.use(await openService(settings, log));
  await node.profiles.create({ playerId: ANN, displayName: 'Ann' });
  const rest = owned.move();
  return {
    ...{ store, settings, node, profiles: node.profiles },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const timed = async <Result>(work: Promise<Result>) => {
  const startedMs = performance.now();
  const result = await work.catch((error: unknown) => error);
  return { result, tookMs: performance.now() - startedMs };
};

describe.skipIf(isMissing)('while the profile store is away', { timeout: 60_000 }, () => {
  test('[PR-61] what only adds waits, and is applied once when the store is back', async () => {
    await using region = await openRegion();
    const { store, profiles, node } = region;
    await profiles.operate(ANN, reward('match:0'));
    store.leave();
    expect(await profiles.operate(ANN, reward('match:1'))).toEqual({ kind: 'deferred' });
    // By now the store is known to be away.
    await eventually(
      async () => (await timed(profiles.operate(ANN, reward('match:2')))).tookMs < 200,
      SOON,
    );
    expect(await profiles.operate(ANN, reward('match:1'))).toEqual({ kind: 'deferred' });
    expect(await profiles.addStatistics(ANN, { wins: 1, rating: -3 })).toBeNull();
    await eventually(
      () => counted(node.metrics, 'meridian_deferred_writes_waiting').then((it) => it === 3),
      SOON,
    );
    expect(await counted(node.metrics, 'meridian_deferred_writes_oldest_seconds')).toBeGreaterThan(
      0,
    );

    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 30, SOON);
    await eventually(async () => (await profiles.read(ANN))?.statistics['rating'] === -3, SOON);
    expect(await profiles.operate(ANN, reward('match:1'))).toMatchObject({ kind: 'repeated' });
    expect(await profiles.read(ANN)).toMatchObject({
      wallet: { gold: 30 },
      inventory: { shield: 3 },
      statistics: { wins: 1 },
    });
    await eventually(
      () => counted(node.metrics, 'meridian_deferred_writes_waiting').then((it) => it === 0),
      SOON,
    );
  });

  test('[PR-62] what may be refused fails, at once when the store is known to be away', async () => {
    await using region = await openRegion();
    const { store, profiles } = region;
    store.leave();
    await profiles.operate(ANN, reward('match:1'));
    const refused = {
      purchase: () => profiles.operate(ANN, { ...reward('shop:1'), currencies: { gold: -1 } }),
      patch: () => profiles.patch(ANN, { ifRevision: 1, displayName: 'Anna' }),
      lease: () => profiles.takeLease(ANN, { holder: 'room', ttlMs: 1_000 }),
      username: () => profiles.takeUsername(ANN, 'anna'),
    };
    await eventually(async () => (await timed(refused.purchase())).tookMs < 200, SOON);
    for (const [name, write] of Object.entries(refused)) {
      const { result, tookMs } = await timed(write() as Promise<unknown>);
      expect(result, name).toMatchObject(UNAVAILABLE);
      expect(tookMs, name).toBeLessThan(200);
    }
  });

  test('[PR-61] a store that hangs makes nobody wait for longer than a second and a half', async () => {
    await using region = await openRegion();
    const { store, profiles } = region;
    store.hang();
    const { result, tookMs } = await timed(profiles.operate(ANN, reward('match:1')));
    expect(result).toEqual({ kind: 'deferred' });
    expect(tookMs).toBeLessThan(1_500);
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 10, SOON);
    expect(await profiles.operate(ANN, reward('match:1'))).toMatchObject({ kind: 'repeated' });
  });

  test('[PR-63] what waits under an id is what counts: another one is OPERATION_CONFLICT', async () => {
    await using region = await openRegion();
    const { store, profiles } = region;
    store.leave();
    await profiles.operate(ANN, reward('match:1', 10));
    await expect(profiles.operate(ANN, reward('match:1', 11))).rejects.toMatchObject({
      code: 'OPERATION_CONFLICT',
    });
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 10, SOON);
  });

  test('[PR-64] what the books do not take is kept apart, and told; the others go on', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => void lines.push(line) });
    await using region = await openRegion({ log });
    const { store, profiles, node } = region;
    await profiles.operate(ANN, reward('match:0', Number.MAX_SAFE_INTEGER));
    store.leave();
    await profiles.operate(ANN, reward('poison', 1));
    await profiles.operate(ANN, { operationId: 'match:1', reason: 'won', items: { shield: 1 } });
    expect(await profiles.addStatistics('p_nobodynobodynobodyno', { wins: 1 })).toBeNull();
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.inventory['shield'] === 2, SOON);
    await eventually(() => counted(node.metrics, WRITES, { outcome: 'failed' }), SOON);
    await eventually(() => counted(node.metrics, WRITES, { outcome: 'gone' }), SOON);
    await eventually(() => counted(node.metrics, 'meridian_deferred_writes_failed'), SOON);
    expect(lines.join()).toContain('poison');
    const { prefix, name } = redisKeys.deferredWrites;
    await using redis = store.redis.client();
    const queue = new Queue(name, { connection: redis, prefix });
    const [kept, ...others] = await queue.getFailed();
    expect(kept).toMatchObject({ failedReason: 'BAD_REQUEST', data: { playerId: ANN } });
    expect(others).toEqual([]);
    await queue.close();
    // Nobody is promised what will not be.
    store.leave();
    await expect(profiles.operate(ANN, reward('poison', 1))).rejects.toMatchObject(UNAVAILABLE);
  });

  test('[PR-65] beyond the limit of the queue, and without Redis, nothing is promised', async () => {
    await using region = await openRegion({ mostWaitingWrites: 3 });
    const { store, profiles, node } = region;
    store.leave();
    for (let i = 0; i < 3; i += 1) await profiles.operate(ANN, reward(`match:${i}`));
    await expect(profiles.operate(ANN, reward('match:3'))).rejects.toMatchObject({
      ...UNAVAILABLE,
      details: { reason: 'queue-full' },
    });
    expect(await counted(node.metrics, WRITES, { outcome: 'refused' })).toBe(1);
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 30, SOON);
    await store.redis.kill();
    store.leave();
    const { result, tookMs } = await timed(profiles.operate(ANN, reward('match:4')));
    expect(result).toMatchObject(UNAVAILABLE);
    expect(tookMs).toBeLessThan(3_000);
  });

  test('[PR-68] what a worker had under way that has died is done by another', async () => {
    await using region = await openRegion();
    const { store, profiles } = region;
    store.leave();
    await profiles.operate(ANN, reward('match:1'));
    await eventually(
      async () => (await timed(profiles.operate(ANN, reward('match:2')))).tookMs < 200,
      SOON,
    );
    const { prefix, name } = redisKeys.deferredWrites;
    await using redis = store.redis.client();
    const dead = new Worker(name, null, { connection: redis, prefix, lockDuration: 100 });
    // The node's own worker rests by now; one job may have woken it before.
    for (let n = 3; n <= 6; n += 1) await profiles.operate(ANN, reward(`match:${n}`));
    const taken = [await dead.getNextJob('token-1'), await dead.getNextJob('token-2')];
    expect(taken.every((job) => job !== undefined)).toBe(true);
    await dead.close(true);
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 60, SOON);
  });

  test('[PR-61] a Redis Cluster has the queue in one slot', async () => {
    await using region = await openRegion({ redisFlags: 'cluster' });
    const { store, profiles } = region;
    store.leave();
    expect(await profiles.operate(ANN, reward('match:1'))).toEqual({ kind: 'deferred' });
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 10, SOON);
  });

  test('[PR-61] in a node with rooms play goes on, and what was won counts later', async () => {
    if (server === null) throw new Error('skipped');
    await using store = await AwayStore.open(server);
    await using node = await MeridianProcess.start({
      game: 'test/support/field-game.ts',
      env: {
        REDIS_URI: store.settings.redisUri,
        MONGO_URI: store.settings.mongoUri,
        JWT_SECRET: 'a secret of at least thirty-two characters',
        MERIDIAN_CLUSTER_PEER_PORT: '0',
      },
    });
    const { accessToken } = await node.signIn('Ann');
    const client = new Client(`ws://127.0.0.1:${node.port}`);
    client.auth.token = accessToken;
    const room = await client.joinOrCreate('field');
    room.onMessage('*', () => undefined);
    store.leave();
    // Without a profile there are no statistics to show.
    expect(await room.request('score', 5)).toBeFalsy();
    room.send('remember', { x: 3 });
    expect(await room.request('add', [1, 2])).toBe(3);
    store.comeBack();
    const points = async () => {
      const response = await fetch(`${node.url}/v1/profiles/me`, {
        headers: { Authorization: `Bearer ${accessToken}` },
      });
      return ((await response.json()) as ProfileBody).statistics?.['field.points'];
    };
    await eventually(async () => (await points()) === 5, SOON);
    await room.leave();
    expect(await node.stop()).toEqual({ exitCode: 0, signal: null });
  });

  test('[PR-66] a node says in its log that its Redis forgets', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    {
      await using _region = await openRegion({ log });
      expect(lines.join()).toContain('redis-forgets');
    }
    lines.length = 0;
    await using _region = await openRegion({ log, redisFlags: ['--appendonly', 'yes'] });
    expect(lines.join()).not.toContain('redis-forgets');
  });

  test('[PR-66] with an append-only file, what waits survives a kill of Redis', async () => {
    await using region = await openRegion({ redisFlags: ['--appendonly', 'yes'] });
    const { store, profiles } = region;
    store.leave();
    for (let i = 0; i < 20; i += 1) await profiles.operate(ANN, reward(`match:${i}`));
    await store.redis.kill();
    await store.redis.up();
    store.comeBack();
    await eventually(async () => (await profiles.read(ANN))?.wallet['gold'] === 200, SOON);
  });
});
