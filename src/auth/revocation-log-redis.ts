import type { Clock } from '../shared/clock.ts';
import { parseJson } from '../shared/parse-json.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import { RedisStoreChannel } from '../storage/redis/redis-store-channel.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Revocation } from './revocation.ts';
import type { RevocationLog } from './revocation-log.ts';

/** Revocations in the region's Redis: a sorted set that its nodes read when they start, and a channel they listen to. */
export class RedisRevocationLog implements RevocationLog {
  readonly #redis: RedisClient;
  readonly #clock: Clock;
  readonly #channel: RedisStoreChannel<Revocation>;

  /** Listens from then on. `redis` stays its opener's. */
  static async open(deps: {
    readonly redis: RedisClient;
    readonly clock: Clock;
    readonly log: Logger;
  }): Promise<RedisRevocationLog> {
    const channel = await RedisStoreChannel.open({
      redis: deps.redis,
      name: redisKeys.revocationNews,
      parse: (text) => parseJson(Revocation, text),
      log: deps.log,
    });
    return new RedisRevocationLog(deps, channel);
  }

  private constructor(
    deps: { readonly redis: RedisClient; readonly clock: Clock },
    channel: RedisStoreChannel<Revocation>,
  ) {
    this.#redis = deps.redis;
    this.#clock = deps.clock;
    this.#channel = channel;
  }

  async add(revocation: Revocation, expiresAtMs: number): Promise<void> {
    // Kept first: a node that starts between the two reads it.
    await this.keep(revocation, expiresAtMs);
    await this.#redis.publish(redisKeys.revocationNews, JSON.stringify(revocation));
  }

  async keep(revocation: Revocation, expiresAtMs: number): Promise<void> {
    await this.#redis.zadd(redisKeys.revocations, expiresAtMs, JSON.stringify(revocation));
    await this.#redis.zremrangebyscore(redisKeys.revocations, '-inf', this.#clock.wallMs());
  }

  async unexpired(afterMs = this.#clock.wallMs()): Promise<readonly Revocation[]> {
    const texts = await this.#redis.zrangebyscore(redisKeys.revocations, `(${afterMs}`, '+inf');
    return texts.flatMap((text) => parseJson(Revocation, text) ?? []);
  }

  onAdded(listener: (revocation: Revocation) => void): void {
    this.#channel.onChange(listener);
  }

  onGap(listener: () => void): void {
    this.#channel.onGap(listener);
  }

  close(): void {
    this.#channel.close();
  }
}
