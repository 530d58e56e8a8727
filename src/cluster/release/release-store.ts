import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { parseReleaseRecord, type ReleaseRecord } from './release-record.ts';

/** Changes that are remembered, for people. */
const HISTORY = 50;

/** How a region releases, in its Redis. */
export class ReleaseStore {
  readonly #redis: RedisClient;
  readonly #set = new RedisScript<number>('set-release');

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /**
   * @returns `none` when nobody has released here, `unreadable` when a build wrote it that says it otherwise
   * @throws when Redis does not answer
   */
  async read(): Promise<ReleaseRecord | 'none' | 'unreadable'> {
    const text = await this.#redis.get(redisKeys.release);
    return text === null ? 'none' : (parseReleaseRecord(text) ?? 'unreadable');
  }

  /** The newest changes first. */
  async history(): Promise<readonly ReleaseRecord[]> {
    const texts = await this.#redis.lrange(redisKeys.releaseHistory, 0, HISTORY - 1);
    return texts.map(parseReleaseRecord).filter((record) => record !== null);
  }

  /** @returns false when somebody else has changed it since version `record.version - 1` */
  async change(record: ReleaseRecord): Promise<boolean> {
    const done = await this.#set.run(
      this.#redis,
      [redisKeys.release, redisKeys.releaseHistory],
      [record.version - 1, JSON.stringify(record), HISTORY],
    );
    return done === 1;
  }

  /** Puts it back where it is gone, as after a Redis that lost everything. */
  async restore(record: ReleaseRecord): Promise<void> {
    await this.#redis.set(redisKeys.release, JSON.stringify(record), 'NX');
  }
}
