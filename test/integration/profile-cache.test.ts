import { expect, test } from 'vitest';
import { CacheNewsSpread } from '../../src/app/cache-news-spread.ts';
import { PROFILE_CACHE, withProfileCache } from '../../src/app/profile-cache.ts';
import { MeridianConfig } from '../../src/config/config.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import type { ProfileStorage } from '../../src/profiles/profile-store.ts';
import { createProfileService, type ProfileService } from '../../src/profiles/service.ts';
import { RedisRegionLink } from '../../src/regions/link/redis-region-link.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { Closers } from '../../src/shared/closers.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const ANN = 'p_annannannannannannan';
const BOB = 'p_bobbobbobbobbobbobbo';
const SOON = { withinMs: 5_000 };
const log = createLogger({ level: 'silent' });

/** The profile service of one process, before a store that others use too; counts what reaches the store. */
async function processOver(
  uri: string,
  storage: ProfileStorage,
  closers: Closers,
  regionId = 'eu',
) {
  const config = MeridianConfig.parse({
    redis: { uri },
    auth: { jwtSecret: 'a secret of at least thirty-two characters' },
  });
  const metrics = new NodeMetrics();
  closers.push('metrics', () => metrics.close());
  const asked = { looks: 0 };
  const { profiles: store } = storage;
  const counting: ProfileStorage = {
    ...storage,
    profiles: {
      insert: (record) => store.insert(record),
      read: (ref) => store.read(ref),
      readNearby: (ref) => {
        asked.looks += 1;
        return store.readNearby(ref);
      },
      lastWritten: (ref) => store.lastWritten(ref),
      replace: (before, after) => store.replace(before, after),
      remove: (record) => store.remove(record),
      readWhole: (ref) => store.readWhole(ref),
      ping: () => store.ping(),
    },
  };
  const cacheNews = new CacheNewsSpread({ metrics: metrics.caches }, { cache: PROFILE_CACHE });
  closers.push('news to other regions', () => cacheNews.stop());
  const cached = await withProfileCache(counting, { config, log, metrics, cacheNews }, closers);
  const profiles = createProfileService({ storage: cached, regionId, log });
  return { profiles, asked, cacheNews, metrics };
}

async function twoProcesses() {
  const closers = new Closers();
  const redis = await RedisServer.start();
  closers.push('Redis', () => redis[Symbol.asyncDispose]());
  const database = await SqliteDatabase.open({ path: ':memory:' });
  closers.push('SQLite', () => database.close());
  const storage = openSqliteProfiles(database);
  const uri = `redis://127.0.0.1:${redis.port}`;
  const one = await processOver(uri, storage, closers);
  const other = await processOver(uri, storage, closers);
  return { redis, one, other, [Symbol.asyncDispose]: () => closers.closeAll() };
}

const shown = async (profiles: ProfileService, playerId = ANN) =>
  await profiles.readForDisplay(playerId);

test('[CA-8] what one process has written, the others of the region show', async () => {
  await using region = await twoProcesses();
  const { one, other } = region;
  await one.profiles.create({ playerId: ANN, displayName: 'Ann' });
  expect(await shown(other.profiles)).toMatchObject({ displayName: 'Ann' });
  // Out of Redis: nobody has asked the store for it.
  expect(other.asked.looks).toBe(0);
  await one.profiles.addStatistics(ANN, { wins: 1 });
  await eventually(async () => (await shown(other.profiles))?.statistics['wins'] === 1, SOON);
  expect(await shown(one.profiles)).toMatchObject({ statistics: { wins: 1 } });

  await other.profiles.erasePlayer(ANN);
  await eventually(async () => (await shown(one.profiles)) === null, SOON);
  expect(await shown(other.profiles)).toBeNull();
});

test('[CA-8] [PR-34] a player who has moved is shown where he is', async () => {
  await using region = await twoProcesses();
  const { one, other } = region;
  await one.profiles.create({ playerId: BOB, displayName: 'Bob' });
  expect(await shown(other.profiles, BOB)).toMatchObject({ displayName: 'Bob' });
  await one.profiles.moveHome(BOB, 'us');
  await one.profiles.patch(BOB, {
    ifRevision: (await one.profiles.read(BOB))?.revision ?? 0,
    displayName: 'Robert',
  });
  await eventually(async () => (await shown(other.profiles, BOB))?.displayName === 'Robert', SOON);
});

test('[CA-5] [CA-8] without Redis profiles are written, and shown from the store', async () => {
  await using region = await twoProcesses();
  const { one, other, redis } = region;
  await redis.kill();
  await one.profiles.create({ playerId: ANN, displayName: 'Ann' });
  expect(await shown(other.profiles)).toMatchObject({ displayName: 'Ann' });
  expect(other.asked.looks).toBe(1);
  await one.profiles.patch(ANN, { ifRevision: 1, displayName: 'Anna' });
  expect(await shown(one.profiles)).toMatchObject({ displayName: 'Anna' });
  // Whoever missed news looks again when he hears Redis again.
  await redis.up();
  await eventually(async () => (await shown(other.profiles))?.displayName === 'Anna', SOON);
});

/** Two regions that share a store, each with a Redis of its own, linked. */
async function twoRegions() {
  const closers = new Closers();
  const database = await SqliteDatabase.open({ path: ':memory:' });
  closers.push('SQLite', () => database.close());
  const storage = openSqliteProfiles(database);
  const uris = new Map<string, string>();
  for (const regionId of ['eu', 'us']) {
    const redis = await RedisServer.start();
    closers.push('Redis', () => redis[Symbol.asyncDispose]());
    uris.set(regionId, redis.uri);
  }
  const open = async (regionId: string, peerId: string) => {
    const uriOf = (id: string) => uris.get(id) ?? '';
    const region = await processOver(uriOf(regionId), storage, closers, regionId);
    const link = new RedisRegionLink(
      {
        ...{ regionId, nodeId: `node-${regionId}`, redisUri: uriOf(regionId) },
        peers: [{ regionId: peerId, redisUri: uriOf(peerId) }],
        ...{ clock: systemClock, log, metrics: region.metrics.links },
      },
      { heartbeatMs: 200 },
    );
    region.cacheNews.over(link, systemClock);
    closers.push('link', () => link.stop());
    await link.start();
    return region;
  };
  const eu = await open('eu', 'us');
  const us = await open('us', 'eu');
  return { eu, us, [Symbol.asyncDispose]: () => closers.closeAll() };
}

test('[CA-9] what one region has written, the others show soon', async () => {
  await using regions = await twoRegions();
  const { eu, us } = regions;
  await eu.profiles.create({ playerId: ANN, displayName: 'Ann' });
  await eventually(async () => (await shown(us.profiles))?.displayName === 'Ann', SOON);
  await shown(us.profiles);
  const looks = us.asked.looks;
  for (let wins = 1; wins <= 20; wins += 1) {
    await eu.profiles.addStatistics(ANN, { wins: 1 });
  }
  // It is fresh there for half a minute more; the link is faster.
  await eventually(async () => (await shown(us.profiles))?.statistics['wins'] === 20, SOON);
  expect(us.asked.looks - looks).toBeLessThan(10);
  await eu.profiles.erasePlayer(ANN);
  await eventually(async () => (await shown(us.profiles)) === null, SOON);
});
