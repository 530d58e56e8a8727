import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteBanStore } from '../../src/auth/ban-store-sqlite.ts';
import { SqliteIdentityStore } from '../../src/auth/identity-store-sqlite.ts';
import type { Revocation } from '../../src/auth/revocation.ts';
import { RedisRevocationLog } from '../../src/auth/revocation-log-redis.ts';
import { SqliteRevocationLog } from '../../src/auth/revocation-log-sqlite.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';
import { banStoreContract } from './ban-store-contract.ts';
import { identityStoreContract } from './identity-store-contract.ts';
import { revocation, revocationLogContract } from './revocation-log-contract.ts';

const log = createLogger({ level: 'silent' });
let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

async function openDatabase() {
  const db = await SqliteDatabase.open({ path: ':memory:' });
  return { db, [Symbol.asyncDispose]: () => db.close() };
}

function settableClock() {
  let nowMs = 0;
  return {
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
    setWallMs: (wallMs: number) => {
      nowMs = wallMs;
    },
  };
}

async function openRedisLog() {
  const { clock, setWallMs } = settableClock();
  const client = connectRedis(redis.uri, { name: 'test', log });
  await eventually(() => client.status === 'ready', { withinMs: 5_000 });
  const revocations = await RedisRevocationLog.open({ redis: client, clock, log });
  return {
    log: revocations,
    redis: client,
    setWallMs,
    [Symbol.asyncDispose]: async () => {
      revocations.close();
      client.disconnect();
    },
  };
}

identityStoreContract('SQLite', async () => {
  const opened = await openDatabase();
  return { ...opened, store: new SqliteIdentityStore(opened) };
});

banStoreContract('SQLite', async () => {
  const opened = await openDatabase();
  return { ...opened, store: new SqliteBanStore(opened) };
});

revocationLogContract('SQLite', async () => {
  const opened = await openDatabase();
  const { clock, setWallMs } = settableClock();
  return { ...opened, setWallMs, log: new SqliteRevocationLog({ db: opened.db, clock }) };
});

revocationLogContract('Redis', async () => {
  const opened = await openRedisLog();
  await opened.redis.flushall();
  return opened;
});

test('[ACC-50] nodes of a region hear what one of them adds, and not what it keeps', async () => {
  await using one = await openRedisLog();
  await using other = await openRedisLog();
  const heard: string[] = [];
  other.log.onAdded(({ id }) => heard.push(id));
  await one.log.keep(revocation('v_kept'), 9_000);
  await one.log.add(revocation('v_added'), 9_000);
  await eventually(() => heard.length > 0, { withinMs: 5_000 });
  expect(heard).toEqual(['v_added']);
});

test('[ACC-50] a node that was cut off is told that it may have missed something', async () => {
  await using one = await openRedisLog();
  let gaps = 0;
  one.log.onGap(() => {
    gaps += 1;
  });
  await one.redis.client('KILL', 'TYPE', 'pubsub');
  await eventually(() => gaps > 0, { withinMs: 5_000 });
});

test('[ACC-50] what a foreign hand has written is skipped', async () => {
  await using one = await openRedisLog();
  await one.redis.flushall();
  await one.redis.zadd(redisKeys.revocations, 9_000, 'no JSON', 9_001, '{"kind":"other"}');
  const known: Revocation = revocation('v_1');
  await one.log.keep(known, 9_002);
  expect(await one.log.unexpired()).toEqual([known]);
});
