import type { MeridianConfig } from '../config/config.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import type { Closers } from '../shared/closers.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { CacheNewsSpread } from './cache-news-spread.ts';
import { withDeferredWrites } from './deferred-writes.ts';
import { withProfileCache } from './profile-cache.ts';
import { openProfileStorage } from './profile-storage.ts';
import { openSoftShelf } from './soft-shelf.ts';

export interface ProfilesDeps {
  readonly config: MeridianConfig;
  readonly database: SqliteDatabase;
  /** Null: profiles are in `database`. */
  readonly mongo: MongoDatabase | null;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /** To and from the caches of other regions; not given: there are none. */
  readonly cacheNews?: CacheNewsSpread;
}

/** The profile service of this process. @throws {GameError} `STORE_UNAVAILABLE` */
export async function openProfileService(
  { config, database, mongo, log, metrics, cacheNews }: ProfilesDeps,
  closers: Closers,
): Promise<ProfileService> {
  const storage = await openProfileStorage(mongo, database);
  const profiles = createProfileService({
    storage: await withProfileCache(storage, { config, log, metrics, cacheNews }, closers),
    regionId: config.region.id,
    log,
    softWrites: metrics.softWrites,
    ...(await openSoftShelf({ config, log }, closers)),
  });
  profiles.start();
  closers.push('profile sweeper', () => profiles.stop());
  return await withDeferredWrites(profiles, { config, log, metrics }, closers);
}
