import { within } from '../../shared/within.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';

/** Waits until a client is connected, `ms` at most: its first call then does not fail for being early. */
export async function awaitReady(redis: RedisClient, ms: number): Promise<void> {
  if (redis.status === 'ready') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  redis.once('ready', () => resolve());
  await within(promise, ms);
}
