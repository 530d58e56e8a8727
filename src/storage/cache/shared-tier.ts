import { redisKeys } from '../redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../redis/redis-script.ts';

/** A value as the processes of a region share it. */
export interface SharedEntry {
  /** 0: known to be absent. */
  readonly revision: number;
  /** As its writer encoded it; empty for what is absent. */
  readonly text: string;
  /** How much longer it is kept, ms. */
  readonly lifeMs: number;
}

/** What all processes of a region remember together. */
export interface SharedTier {
  /** @returns null when nothing is kept @throws whatever keeps it from answering */
  read(key: string): Promise<SharedEntry | null>;
  /**
   * Keeps a value unless a newer one is there; of the same revision the later stays. Ends the lock with that token.
   *
   * @throws whatever keeps it from answering
   */
  put(key: string, entry: SharedEntry, lockToken?: string): Promise<void>;
  /** Whether the caller is the one who loads; until `unlock`, a `put` with the token, or `lifeMs`. */
  lock(key: string, token: string, lifeMs: number): Promise<boolean>;
  unlock(key: string, token: string): Promise<void>;
}

const scripts = {
  put: new RedisScript<0 | 1>('put-cached'),
  unlock: new RedisScript<0 | 1>('unlock-cached'),
} as const;

/** In the region's Redis; keys in redis-keys.ts. */
export class RedisSharedTier implements SharedTier {
  readonly #redis: RedisClient;
  readonly #cache: string;

  /** @param cache - its name, which sets its keys apart */
  constructor(redis: RedisClient, cache: string) {
    this.#redis = redis;
    this.#cache = cache;
  }

  async read(key: string): Promise<SharedEntry | null> {
    const name = this.#entry(key);
    // Sent together, so that they cost one way; between them it may run out, and then it is not there.
    const [stored, lifeMs] = await Promise.all([this.#redis.get(name), this.#redis.pttl(name)]);
    const [, revision = '', text = ''] = /^(\d+) (.*)$/s.exec(stored ?? '') ?? [];
    return revision === '' || lifeMs < 0 ? null : { revision: Number(revision), text, lifeMs };
  }

  async put(key: string, { revision, text, lifeMs }: SharedEntry, lockToken = ''): Promise<void> {
    const keys = [this.#entry(key), this.#lock(key)];
    await scripts.put.run(this.#redis, keys, [revision, text, Math.ceil(lifeMs), lockToken]);
  }

  async lock(key: string, token: string, lifeMs: number): Promise<boolean> {
    return (await this.#redis.set(this.#lock(key), token, 'PX', lifeMs, 'NX')) === 'OK';
  }

  async unlock(key: string, token: string): Promise<void> {
    await scripts.unlock.run(this.#redis, [this.#lock(key)], [token]);
  }

  #entry(key: string): string {
    return redisKeys.cached(this.#cache, key);
  }

  #lock(key: string): string {
    return redisKeys.cachedLock(this.#cache, key);
  }
}
