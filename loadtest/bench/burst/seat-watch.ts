import type { Redis } from 'ioredis';
import { TicketRecordSchema } from '../../../src/matchmaking/tickets/ticket-record.ts';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { Seat } from '../../bots/seat.ts';

/** The record of a ticket ends with its state (ticket-index.lua): most changes need not be parsed. */
const MATCHED = '"state":{"kind":"matched"';

/**
 * Hears who has a seat: what the region's Redis publishes of each ticket, as its nodes hear it. To have it pushed would cost a socket for
 * every player who waits.
 */
export class SeatWatch implements Disposable {
  readonly #redis: Redis;

  /** @param redis - a client of its own; the watch closes it */
  static async open(
    redis: Redis,
    onSeat: (playerId: string, seat: Seat) => void,
  ): Promise<SeatWatch> {
    redis.on('message', (_channel: string, text: string) => {
      if (!text.includes(MATCHED)) return;
      const { state } = TicketRecordSchema.parse(JSON.parse(text));
      if (state.kind !== 'matched') return;
      for (const { playerId, reservation } of state.placement.seats) {
        onSeat(playerId, Seat.parse(reservation));
      }
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
