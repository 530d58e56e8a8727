import type { MeridianConfig } from '../config/config.ts';
import { openSqliteProfiles } from '../profiles/open-sqlite-profiles.ts';
import type { ProfileStorage } from '../profiles/profile-store.ts';
import type { Closers } from '../shared/closers.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * Where this node keeps profiles: MongoDB when it is configured, otherwise the embedded store.
 *
 * @throws {GameError} `STORE_UNAVAILABLE` when MongoDB does not answer
 */
export async function openProfileStorage(
  { mongo, region }: Pick<MeridianConfig, 'mongo' | 'region'>,
  database: SqliteDatabase,
  closers: Closers,
  log: Logger,
): Promise<ProfileStorage> {
  if (mongo.uri === '') return openSqliteProfiles(database);
  // Loaded only here: the driver takes a fifth of a second, which nodes without MongoDB need not spend.
  const [{ openMongo }, { openMongoProfiles }, { warnOfMissingSteps }] = await Promise.all([
    import('../storage/mongo/mongo-connection.ts'),
    import('../profiles/open-mongo-profiles.ts'),
    import('./missing-steps.ts'),
  ]);
  const opened = await openMongo({ uri: mongo.uri, regionId: region.id });
  closers.push('MongoDB', () => opened.close());
  await warnOfMissingSteps(opened, log);
  return openMongoProfiles(opened);
}
