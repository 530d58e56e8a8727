import { describe, expect, test } from 'vitest';
import type { AliasStore } from '../../src/analytics/alias-store.ts';
import { RedisAliasStore } from '../../src/analytics/alias-store-redis.ts';
import { SqliteAliasStore } from '../../src/analytics/alias-store-sqlite.ts';
import { type Clock, systemClock } from '../../src/shared/clock.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { redisServers } from './redis-stores.ts';

const servers = redisServers();

interface OpenStore extends AsyncDisposable {
  readonly store: AliasStore;
  /** The same pseudonyms, for another node, or after a restart. */
  readonly elsewhere: AliasStore;
}

async function openSqlite(clock: Clock = systemClock): Promise<OpenStore> {
  const db = await SqliteDatabase.open({ path: ':memory:' });
  return {
    store: await SqliteAliasStore.open({ db, clock }),
    elsewhere: await SqliteAliasStore.open({ db, clock }),
    [Symbol.asyncDispose]: () => db.close(),
  };
}

async function openRedis(): Promise<OpenStore> {
  const redis = servers.single.client();
  await redis.flushall();
  return {
    store: new RedisAliasStore({ redis }),
    elsewhere: new RedisAliasStore({ redis }),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

async function openCluster(): Promise<OpenStore> {
  const redis = await servers.cluster.client();
  await redis.flushall();
  return {
    store: new RedisAliasStore({ redis }),
    elsewhere: new RedisAliasStore({ redis }),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}

describe.each([
  ['SQLite', openSqlite],
  ['Redis', openRedis],
  ['Redis Cluster', openCluster],
] as const)('AliasStore: %s', (_, open: () => Promise<OpenStore>) => {
  test('[AN-40] a player has one pseudonym, on every node, and it says nothing of him', async () => {
    await using opened = await open();
    const { store, elsewhere } = opened;
    expect((await store.aliasesOf([])).size).toBe(0);
    const first = await store.aliasesOf(['ada', 'ben']);
    expect(first.get('ada')).toMatch(/^a_[0-9a-f]{24}$/);
    expect(first.get('ada')).not.toBe(first.get('ben'));
    const again = await elsewhere.aliasesOf(['ben', 'eve', 'ada']);
    expect(again.get('ada')).toBe(first.get('ada'));
    expect(again.get('ben')).toBe(first.get('ben'));
  });

  test('[AN-40] two nodes that meet a player at once give him one', async () => {
    await using opened = await open();
    const { store, elsewhere } = opened;
    const given = await Promise.all(
      [store, elsewhere, store, elsewhere].map((it) => it.aliasesOf(['ada', 'ben'])),
    );
    expect(new Set(given.map((it) => it.get('ada'))).size).toBe(1);
  });

  test('[AN-41] who is erased has none, on every node; others keep theirs', async () => {
    await using opened = await open();
    const { store, elsewhere } = opened;
    const before = await store.aliasesOf(['ben']);
    await store.aliasesOf(['eve']);
    await store.erase('eve');
    await elsewhere.erase('eve');
    const after = await elsewhere.aliasesOf(['eve', 'ben']);
    expect(after.get('eve')).toBeNull();
    expect(after.get('ben')).toBe(before.get('ben'));
  });
});

test('[AN-41] SQLite: a day later he is a new player', async () => {
  let nowMs = 1_000;
  await using opened = await openSqlite({ monotonicMs: () => nowMs, wallMs: () => nowMs });
  const { store } = opened;
  const before = (await store.aliasesOf(['eve'])).get('eve');
  await store.erase('eve');
  nowMs += 86_399_999;
  expect((await store.aliasesOf(['eve'])).get('eve')).toBeNull();
  nowMs += 1;
  const after = (await store.aliasesOf(['eve'])).get('eve');
  expect(after).toMatch(/^a_/);
  expect(after).not.toBe(before);
});

test('[AN-41, AN-42] Redis: the link goes after 90 days, the mark of the erased after a day, and it is not his id', async () => {
  await using redis = servers.single.client();
  await redis.flushall();
  const store = new RedisAliasStore({ redis });
  await store.aliasesOf(['ada', 'eve']);
  expect(await redis.pttl(redisKeys.analyticsAlias('ada'))).toBeGreaterThan(89.9 * 86_400_000);
  await redis.pexpire(redisKeys.analyticsAlias('ada'), 60_000);
  await store.aliasesOf(['ada']);
  expect(await redis.pttl(redisKeys.analyticsAlias('ada'))).toBeGreaterThan(89.9 * 86_400_000);
  await store.erase('eve');
  const keys = await redis.keys('*');
  expect(keys.filter((key) => key.includes('eve'))).toEqual([]);
  const [mark] = keys.filter((key) => key.includes('erased'));
  const leftMs = await redis.pttl(mark ?? '');
  expect(leftMs).toBeGreaterThan(86_000_000);
  expect(leftMs).toBeLessThanOrEqual(86_400_000);
});
