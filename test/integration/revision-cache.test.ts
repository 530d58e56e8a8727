import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { type CacheTimes, RevisionCache } from '../../src/storage/cache/revision-cache.ts';
import { RedisSharedTier, type SharedTier } from '../../src/storage/cache/shared-tier.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { CacheMetrics, type CacheOutcome } from '../../src/telemetry/cache-metrics.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

interface Score {
  readonly revision: number;
  readonly points: number;
}

const TIMES: CacheTimes = { freshMs: 30_000, staleMs: 30_000, keptMs: 3_600_000, absentMs: 5_000 };

/** A store whose reads can be held up. */
class Scores {
  readonly values = new Map<string, Score>();
  loads = 0;
  isAway = false;
  gate: Promise<void> = Promise.resolve();

  async load(key: string): Promise<Score | null> {
    this.loads += 1;
    if (this.isAway) throw new Error('the store is away');
    const value = this.values.get(key) ?? null;
    await this.gate;
    return value;
  }
}

/** One process' cache, with a clock of its own. */
function cacheOver(scores: Scores, shared: SharedTier | null, times = TIMES) {
  const time = { nowMs: 1_000 };
  const registry = new Registry();
  const cache = new RevisionCache<Score>(
    {
      clock: { monotonicMs: () => time.nowMs, wallMs: () => time.nowMs },
      metrics: new CacheMetrics(registry),
      shared,
      load: (key) => scores.load(key),
      encode: (value) => JSON.stringify(value),
      decode: (text) => (text.startsWith('{') ? (JSON.parse(text) as Score) : null),
      random: () => 0.5,
    },
    { name: 'scores', mostEntries: 100, times },
  );
  const counted = async (outcome: CacheOutcome): Promise<number> => {
    const metric = await registry.getSingleMetric('meridian_cache_reads_total')?.get();
    return metric?.values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0;
  };
  return { cache, time, counted };
}

async function overRedis() {
  const server = await RedisServer.start();
  const redis = connectRedis(`redis://127.0.0.1:${server.port}`, {
    name: 'cache',
    log: createLogger({ level: 'silent' }),
    commandTimeoutMs: 300,
  });
  await eventually(() => redis.status === 'ready', { withinMs: 5_000 });
  return {
    server,
    redis,
    tier: new RedisSharedTier(redis, 'scores'),
    [Symbol.asyncDispose]: async () => {
      redis.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('[CA-1] [CA-7] memory, then Redis, then the store', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const one = cacheOver(scores, region.tier);
  const other = cacheOver(scores, region.tier);
  for (const { cache } of [one, one, other, other]) {
    expect(await cache.read('a')).toEqual({ revision: 1, points: 3 });
  }
  expect(scores.loads).toBe(1);
  expect([await one.counted('store'), await one.counted('memory')]).toEqual([1, 1]);
  expect([await other.counted('redis'), await other.counted('memory')]).toEqual([1, 1]);
});

test('[CA-2] many readers in several processes are one load; a loader that hangs is not waited for', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const { promise, resolve } = Promise.withResolvers<void>();
  scores.gate = promise;
  const caches = Array.from({ length: 4 }, () => cacheOver(scores, region.tier));
  const reads = caches.flatMap(({ cache }) => Array.from({ length: 250 }, () => cache.read('a')));
  await eventually(() => scores.loads > 0, { withinMs: 5_000 });
  resolve();
  expect(new Set((await Promise.all(reads)).map((score) => score?.points))).toEqual(new Set([3]));
  expect(scores.loads).toBe(1);

  // Dead with the lock in its hand: the lock runs out.
  expect(await region.tier.lock('b', 'whoever', 400)).toBe(true);
  expect(await caches[0]?.cache.read('b')).toBeNull();
  expect(scores.loads).toBe(2);
});

test('[CA-2] who gets the lock after another has loaded does not load again', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const quick = cacheOver(scores, region.tier);
  // Has looked, and found nothing, before the other one began.
  const late = cacheOver(scores, {
    read: (key) => region.tier.read(key),
    put: (...entry) => region.tier.put(...entry),
    unlock: (...lock) => region.tier.unlock(...lock),
    lock: async (...lock) => {
      await quick.cache.read('a');
      return await region.tier.lock(...lock);
    },
  });
  expect(await late.cache.read('a')).toEqual({ revision: 1, points: 3 });
  expect(scores.loads).toBe(1);
  expect(await late.counted('waited')).toBe(1);
  // And nobody waits for a lock that is nobody's.
  expect(await region.tier.lock('a', 'whoever', 400)).toBe(true);
});

test('[CA-3] a write is in both tiers, and what is older is neither answered nor kept', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const writer = cacheOver(scores, region.tier);
  const reader = cacheOver(scores, region.tier);
  expect(await reader.cache.read('a')).toMatchObject({ revision: 1 });

  const second = { revision: 2, points: 4 };
  scores.values.set('a', second);
  await writer.cache.wrote('a', second, 2);
  expect(await reader.cache.read('a')).toMatchObject({ revision: 1 });
  reader.cache.heard('a', 2);
  expect(await reader.cache.read('a')).toEqual(second);
  expect(scores.loads).toBe(1);

  // News that come late change nothing.
  reader.cache.heard('a', 1);
  expect(await reader.cache.read('a')).toEqual(second);
  expect(scores.loads).toBe(1);

  // It is gone, and stays so for who read it before.
  await writer.cache.wrote('a', null, 3);
  reader.cache.heard('a', 3);
  scores.values.delete('a');
  expect(await reader.cache.read('a')).toBeNull();
});

test('[CA-3] a read from before a write puts nothing old over it', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const slow = cacheOver(scores, region.tier);
  const writer = cacheOver(scores, region.tier);
  const { promise, resolve } = Promise.withResolvers<void>();
  scores.gate = promise;
  const reading = slow.cache.read('a');
  await eventually(() => scores.loads === 1, { withinMs: 5_000 });
  const second = { revision: 2, points: 4 };
  scores.values.set('a', second);
  await writer.cache.wrote('a', second, 2);
  slow.cache.heard('a', 2);
  resolve();
  expect(await reading).toEqual(second);
  expect(await slow.cache.read('a')).toEqual(second);
  expect((await region.tier.read('a'))?.revision).toBe(2);
  // A process that has heard of nothing comes with it, last of all.
  await region.tier.put('a', { revision: 1, text: '{}', lifeMs: 10_000 });
  expect((await region.tier.read('a'))?.revision).toBe(2);
});

test('[CA-4] stale values are answered and looked up behind the answer, old ones are looked up first', async () => {
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  const { cache, time, counted } = cacheOver(scores, null);
  await cache.read('a');
  scores.values.set('a', { revision: 2, points: 4 });
  time.nowMs += TIMES.freshMs - 1;
  expect(await cache.read('a')).toMatchObject({ revision: 1 });
  expect(scores.loads).toBe(1);
  time.nowMs += 1;
  expect(await cache.read('a')).toMatchObject({ revision: 1 });
  await eventually(async () => (await cache.read('a'))?.revision === 2, { withinMs: 5_000 });
  expect(scores.loads).toBe(2);
  expect(await counted('stale')).toBeGreaterThan(0);

  scores.values.set('a', { revision: 3, points: 5 });
  time.nowMs += TIMES.freshMs + TIMES.staleMs;
  expect(await cache.read('a')).toMatchObject({ revision: 3 });

  expect(await cache.read('nobody')).toBeNull();
  scores.values.set('nobody', { revision: 1, points: 0 });
  expect(await cache.read('nobody')).toBeNull();
  time.nowMs += TIMES.absentMs;
  expect(await cache.read('nobody')).toMatchObject({ revision: 1 });
});

test('[CA-3] who may have missed news looks everything up again, once', async () => {
  const scores = new Scores();
  const keys = ['a', 'b', 'c'];
  for (const key of keys) scores.values.set(key, { revision: 1, points: 3 });
  const { cache } = cacheOver(scores, null);
  for (const key of keys) await cache.read(key);
  for (const key of keys) scores.values.set(key, { revision: 2, points: 4 });
  cache.missedNews();
  for (const key of [...keys, ...keys]) expect(await cache.read(key)).toMatchObject({ points: 4 });
  expect(scores.loads).toBe(6);
});

test('[CA-5] without its store it answers what it kept, in this process and in others', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  // Fresh for a moment only, so that Redis' own clock need not be moved.
  const hasty = { ...TIMES, freshMs: 1, staleMs: 1 };
  const one = cacheOver(scores, region.tier, hasty);
  const other = cacheOver(scores, region.tier, hasty);
  await one.cache.read('a');
  scores.isAway = true;
  one.time.nowMs += 60_000;
  expect(await one.cache.read('a')).toMatchObject({ points: 3 });
  await eventually(async () => (await region.redis.pttl('meridian:cache:{scores:a}')) < 3_600_000, {
    withinMs: 5_000,
  });
  expect(await other.cache.read('a')).toMatchObject({ points: 3 });
  expect(await other.counted('kept')).toBe(1);
  await expect(other.cache.read('b')).rejects.toThrow('the store is away');
});

test('[CA-5] without Redis each process asks the store once', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 1, points: 3 });
  await region.server.kill();
  const caches = [cacheOver(scores, region.tier), cacheOver(scores, region.tier)];
  for (const { cache } of caches) {
    const reads = Array.from({ length: 10 }, () => cache.read('a'));
    expect((await Promise.all(reads))[9]).toMatchObject({ points: 3 });
  }
  expect(scores.loads).toBe(2);
});

test('[CA-6] what cannot be read is no value', async () => {
  await using region = await overRedis();
  const scores = new Scores();
  scores.values.set('a', { revision: 4, points: 3 });
  await region.tier.put('a', { revision: 4, text: 'of another build', lifeMs: 3_700_000 });
  expect(await cacheOver(scores, region.tier).cache.read('a')).toMatchObject({ points: 3 });
  expect(scores.loads).toBe(1);
});
