import type { Redis } from 'ioredis';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';

/** The record of a ticket ends with its state (ticket-index.lua). */
const MATCHED = '"state":{"kind":"matched"';
const PLAYER = /"playerId":"([^"]+)"/;

/**
 * Hears who has a seat: what the region's Redis publishes of each ticket, as the nodes hear it. To have it pushed to each player would
 * cost the node a socket for everybody, and the generator more than the asking.
 */
export class SeatWatch implements Disposable {
  readonly #redis: Redis;

  /** @param redis - a client of its own; the watch closes it */
  static async open(redis: Redis, onSeated: (playerId: string) => void): Promise<SeatWatch> {
    redis.on('message', (_channel: string, text: string) => {
      const stateAt = text.lastIndexOf(MATCHED);
      if (stateAt === -1 || !text.includes('"reservation":{', stateAt)) return;
      const playerId = PLAYER.exec(text)?.[1];
      if (playerId !== undefined) onSeated(playerId);
    });
    await redis.subscribe(redisKeys.ticketChanges);
    return new SeatWatch(redis);
  }

  private constructor(redis: Redis) {
    this.#redis = redis;
  }

  [Symbol.dispose](): void {
    this.#redis.disconnect();
  }
}
