import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { MongoMigrationStore } from '../storage/mongo/mongo-migration-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { mongoMigrations } from './mongo-migrations.ts';

/**
 * Warns when MongoDB lacks steps of this build: a node does none of them itself. Steps that this build does not know are no news, for during
 * a deployment the database is ahead of the nodes that are still to be replaced.
 *
 * @throws {GameError} `STORE_UNAVAILABLE`
 */
export async function warnOfMissingSteps(
  { connection: { db } }: MongoDatabase,
  log: Logger,
): Promise<void> {
  if (db === undefined) return;
  const { applied } = await new MongoMigrationStore(db).read();
  const done = new Set(applied.map(({ name }) => name));
  const missing = mongoMigrations()
    .map(({ name }) => name)
    .filter((name) => !done.has(name));
  if (missing.length === 0) return;
  log.warn(
    { event: 'migrations_missing', missing },
    `MongoDB lacks ${missing.length} steps of this build: run \`db migrate\``,
  );
}
