import type { MeridianConfig } from '../config/config.ts';
import { createProfileService, type ProfileService } from '../profiles/service.ts';
import type { Closers } from '../shared/closers.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { withProfileCache } from './profile-cache.ts';
import { openProfileStorage } from './profile-storage.ts';

export interface ProfilesDeps {
  readonly config: MeridianConfig;
  readonly database: SqliteDatabase;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** The profile service of this process. @throws {GameError} `STORE_UNAVAILABLE` */
export async function openProfileService(
  { config, database, log, metrics }: ProfilesDeps,
  closers: Closers,
): Promise<ProfileService> {
  const storage = await openProfileStorage(config, database, closers);
  const profiles = createProfileService({
    storage: await withProfileCache(storage, { config, log, metrics }, closers),
    regionId: config.region.id,
    log,
  });
  profiles.start();
  closers.push('profile sweeper', () => profiles.stop());
  return profiles;
}
