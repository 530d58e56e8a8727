import { openSqliteProfiles } from '../profiles/open-sqlite-profiles.ts';
import type { ProfileStorage } from '../profiles/profile-store.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';

/** Where this node keeps profiles: MongoDB when there is one, otherwise the embedded store. */
export async function openProfileStorage(
  mongo: MongoDatabase | null,
  database: SqliteDatabase,
): Promise<ProfileStorage> {
  if (mongo === null) return openSqliteProfiles(database);
  const { openMongoProfiles } = await import('../profiles/open-mongo-profiles.ts');
  return openMongoProfiles(mongo);
}
