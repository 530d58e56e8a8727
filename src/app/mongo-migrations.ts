import type { mongo } from 'mongoose';
import type { Migration } from '../storage/migrations/migration.ts';
import { collectionMigrations } from '../storage/mongo/collection-migrations.ts';
import { ALL_COLLECTIONS } from './mongo-collections.ts';

/** MongoDB's way to the schema of this build. Steps that no plan of a collection says (a backfill, a contract) go behind these. */
export function mongoMigrations(): readonly Migration<mongo.Db>[] {
  return collectionMigrations(ALL_COLLECTIONS);
}
