import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Renewal } from './lease-keeper.ts';
import { cutOffAfterMs, graceMs, type LeaseTimes } from './lease-rules.ts';

/** Life of a tombstone and of a peer address: longer than any process that was halted comes back. */
const MEMORY_MS = 7 * 24 * 3_600_000;

const DEAD = 0;
const MADE_ANEW = 2;

/** A node's lease in Redis. */
export class RedisLease {
  readonly #redis: RedisClient;
  readonly #nodeId: string;
  readonly #times: LeaseTimes;
  readonly #keys: readonly string[];
  readonly #renew = new RedisScript<[status: number, seconds: string, microseconds: string]>(
    'renew-lease',
  );
  readonly #release = new RedisScript<number>('release-lease');

  constructor(redis: RedisClient, nodeId: string, times: LeaseTimes) {
    this.#redis = redis;
    this.#nodeId = nodeId;
    this.#times = times;
    this.#keys = [
      redisKeys.lease(nodeId),
      redisKeys.dead(nodeId),
      redisKeys.nodes,
      redisKeys.peer(nodeId),
    ];
  }

  /** @throws when Redis does not answer */
  async renew(info: NodeInfo): Promise<Renewal> {
    const times = this.#times;
    const [status, seconds, microseconds] = await this.#renew.run(
      this.#redis,
      [...this.#keys, redisKeys.silent(this.#nodeId)],
      [
        ...[this.#nodeId, JSON.stringify(info), times.ttlMs, info.peerAddress, MEMORY_MS],
        ...[cutOffAfterMs(times), graceMs(times)],
      ],
    );
    if (status === DEAD) return { kind: 'dead' };
    const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    return { kind: 'renewed', serverMs, isNew: status === MADE_ANEW };
  }

  /**
   * Ends the lease; rooms that are left wait for a watcher. @returns how many
   *
   * @throws when Redis does not answer
   */
  release(): Promise<number> {
    return this.#release.run(
      this.#redis,
      [...this.#keys, redisKeys.roomsOf(this.#nodeId)],
      [this.#nodeId, MEMORY_MS],
    );
  }
}
