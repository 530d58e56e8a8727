import type { MeridianConfig } from '../config/config.ts';
import type { SoftShelf } from '../profiles/soft/soft-shelf.ts';
import { RedisSoftShelf } from '../profiles/soft/soft-shelf-redis.ts';
import type { Closers } from '../shared/closers.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Players whose soft data may wait at once, in all of the region. */
const MOST_PLAYERS = 100_000;

/**
 * Where soft data waits: in the region's Redis, from where any node may write it to the MongoDB they share. With the embedded store of
 * one node it waits in that node.
 *
 * @throws {Error} when Redis does not answer
 */
export async function openSoftShelf(
  {
    config: { redis, mongo },
    log,
  }: { readonly config: Pick<MeridianConfig, 'redis' | 'mongo'>; readonly log: Logger },
  closers: Closers,
): Promise<{ readonly shelf?: SoftShelf }> {
  if (redis.uri === '' || mongo.uri === '') return {};
  const client = await openRedis(redis.uri, { name: 'soft-data', log });
  closers.push('Redis of soft data', () => client.disconnect());
  return { shelf: new RedisSoftShelf({ redis: client }, { mostPlayers: MOST_PLAYERS }) };
}
