import { z } from 'zod';
import type { MeridianConfig } from '../config/config.ts';
import type { ProfileRecord } from '../profiles/profile-record.ts';
import type { ProfileStorage } from '../profiles/profile-store.ts';
import {
  CachedProfileStore,
  type CacheNews,
  profileRefOf,
} from '../profiles/profile-store-cached.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import { parseJson } from '../shared/parse-json.ts';
import { RevisionCache } from '../storage/cache/revision-cache.ts';
import { RedisSharedTier } from '../storage/cache/shared-tier.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import { RedisStoreChannel } from '../storage/redis/redis-store-channel.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { CacheNewsSpread } from './cache-news-spread.ts';

/** Its name, in keys and metrics. */
export const PROFILE_CACHE = 'profiles';
/** Of a kilobyte or so each. */
const MOST_IN_MEMORY = 20_000;
/** Grows when a record of this build cannot be read by another one. */
const FORMAT = 1;

const Cached = z.object({ format: z.literal(FORMAT), record: z.custom<ProfileRecord>() });
const News = z.object({ key: z.string(), revision: z.int() });

/**
 * Puts a cache before the profiles of a storage: memory, and the region's Redis where there is one.
 *
 * @throws {Error} when Redis does not answer
 */
export async function withProfileCache(
  storage: ProfileStorage,
  {
    config,
    log,
    metrics,
    cacheNews,
  }: {
    readonly config: Pick<MeridianConfig, 'redis'>;
    readonly log: Logger;
    readonly metrics: NodeMetrics;
    /** To and from other regions; not given: there are none. */
    readonly cacheNews?: CacheNewsSpread | undefined;
  },
  closers: Closers,
): Promise<ProfileStorage> {
  const { uri } = config.redis;
  const redis = uri === '' ? null : await openRedis(uri, { name: 'profile-cache', log });
  if (redis !== null) closers.push('Redis of the profile cache', () => redis.disconnect());
  const { profiles: store } = storage;
  const cache = new RevisionCache<ProfileRecord>(
    {
      clock: systemClock,
      metrics: metrics.caches,
      shared: redis === null ? null : new RedisSharedTier(redis, PROFILE_CACHE),
      load: (key) => store.readNearby(profileRefOf(key)),
      encode: (record) => JSON.stringify({ format: FORMAT, record }),
      decode: decodeRecord,
      random: Math.random,
    },
    { name: PROFILE_CACHE, mostEntries: MOST_IN_MEMORY },
  );
  cacheNews?.join(cache);
  const inRegion = redis === null ? null : await newsOver(redis, { cache, log }, closers);
  const news: CacheNews = {
    announce: (key, revision) => {
      inRegion?.announce(key, revision);
      cacheNews?.announce(key, revision);
    },
  };
  return { ...storage, profiles: new CachedProfileStore({ store, cache, news }) };
}

async function newsOver(
  redis: RedisClient,
  { cache, log }: { readonly cache: RevisionCache<ProfileRecord>; readonly log: Logger },
  closers: Closers,
): Promise<CacheNews> {
  const channel = await RedisStoreChannel.open({
    ...{ redis, log, name: redisKeys.cacheNews(PROFILE_CACHE) },
    parse: (text) => parseJson(News, text),
  });
  closers.push('news of the profile cache', () => channel.close());
  channel.onChange(({ key, revision }) => cache.heard(key, revision));
  channel.onGap(() => cache.missedNews());
  return {
    announce: (key, revision) => {
      const news = JSON.stringify({ key, revision });
      redis.publish(redisKeys.cacheNews(PROFILE_CACHE), news).catch((error: unknown) => {
        // Others have the old one until it is stale: a minute at most.
        log.debug({ err: error }, 'others were not told of a profile that changed');
      });
    },
  };
}

/** @returns null for a record of another build */
function decodeRecord(text: string): ProfileRecord | null {
  return parseJson(Cached, text)?.record ?? null;
}
