import type { Redis } from 'ioredis';
import { TicketRecordSchema } from '../../../src/matchmaking/tickets/ticket-record.ts';
import { parseJson } from '../../../src/shared/parse-json.ts';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import type { TicketHistory } from './ticket-trip.ts';

interface GrowingHistory {
  readonly ticketId: string;
  readonly regionId: string;
  readonly playerIds: readonly string[];
  readonly claimedBy: Set<string>;
  readonly matchedIn: Map<string, string>;
}

/** Hears every change that the Redis of a region publishes of its tickets, from beside it: no way that is cut leads here. */
export class TicketWatch implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #regionId: string;
  readonly #histories = new Map<string, GrowingHistory>();

  /** @param redis - a client of its own; the watch closes it */
  static async begin(redis: Redis, regionId: string): Promise<TicketWatch> {
    const watch = new TicketWatch(redis, regionId);
    await redis.subscribe(redisKeys.ticketChanges);
    return watch;
  }

  private constructor(redis: Redis, regionId: string) {
    this.#redis = redis;
    this.#regionId = regionId;
    redis.on('message', (_channel: string, text: string) => this.#hear(text));
  }

  get histories(): readonly TicketHistory[] {
    return [...this.#histories.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }

  #hear(text: string): void {
    const record = parseJson(TicketRecordSchema, text);
    if (record === null) return;
    const { ticketId, players } = record.ticket;
    const history = this.#histories.get(ticketId) ?? {
      ticketId,
      regionId: this.#regionId,
      playerIds: players.map(({ playerId }) => playerId),
      claimedBy: new Set<string>(),
      matchedIn: new Map<string, string>(),
    };
    this.#histories.set(ticketId, history);
    const { state } = record;
    if (state.kind === 'claimed') history.claimedBy.add(state.matchId);
    if (state.kind === 'matched') {
      history.matchedIn.set(state.placement.matchId, state.placement.regionId);
    }
  }
}
