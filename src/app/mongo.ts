import type { MeridianConfig } from '../config/config.ts';
import type { Closers } from '../shared/closers.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * This process' MongoDB, one pool of connections for all of its services that keep something there.
 *
 * Says in the log which steps of this build it lacks.
 *
 * @returns null: none is configured, and what they keep is in the embedded store
 * @throws {GameError} `STORE_UNAVAILABLE` when it does not answer
 */
export async function openNodeMongo(
  { mongo, region }: Pick<MeridianConfig, 'mongo' | 'region'>,
  closers: Closers,
  log: Logger,
): Promise<MongoDatabase | null> {
  if (mongo.uri === '') return null;
  // Loaded only here: the driver takes a fifth of a second, which nodes without MongoDB need not spend.
  const [{ openMongo }, { warnOfMissingSteps }] = await Promise.all([
    import('../storage/mongo/mongo-connection.ts'),
    import('./missing-steps.ts'),
  ]);
  const opened = await openMongo({ uri: mongo.uri, regionId: region.id });
  closers.push('MongoDB', () => opened.close());
  await warnOfMissingSteps(opened, log);
  return opened;
}
