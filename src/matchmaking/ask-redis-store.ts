import { directoryUnavailable } from '../cluster/directory-unavailable.ts';
import { within } from '../shared/within.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';

/** How long callers wait for Redis, ms. */
const DEADLINE_MS = 500;

/**
 * Asks Redis, with an end to the wait. A question that is late may be done all the same.
 *
 * @throws {GameError} `DIRECTORY_UNAVAILABLE`
 */
export async function askRedisStore<Answer>(
  redis: RedisClient,
  question: () => Promise<Answer>,
): Promise<Answer> {
  // A client that queues would do it when nobody waits for it any more.
  if (redis.status !== 'ready') throw directoryUnavailable();
  let answer: Answer | 'late';
  try {
    answer = await within(question(), DEADLINE_MS);
  } catch (error) {
    throw directoryUnavailable(error);
  }
  if (answer === 'late') throw directoryUnavailable();
  return answer;
}
