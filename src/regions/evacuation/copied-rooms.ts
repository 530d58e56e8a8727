import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';

const COPY = new RedisScript<0 | 1>('copy-rooms');
const RELEASE = new RedisScript<readonly (string | number)[]>('release-copies');
const BATCH = 200;

/** A room as its buddy has to know it to list it. */
export interface RoomNote {
  readonly roomId: string;
  readonly epoch: number;
  /** As the directory has it. */
  readonly listing: string;
  /** The directory's buckets record. */
  readonly buckets: string;
}

export interface AskedRoom {
  readonly roomId: string;
  readonly epoch: number;
  /** Whether its copy is taken back: it is this node's, or nobody's. */
  readonly isTakenBack: boolean;
}

/** This region's rooms in the Redis of its buddy, in the name of one node. */
export class CopiedRooms {
  readonly #redis: RedisClient;
  readonly #regionId: string;
  readonly #nodeId: string;
  #mark = 0;

  constructor(redis: RedisClient, names: { readonly regionId: string; readonly nodeId: string }) {
    this.#redis = redis;
    this.#regionId = names.regionId;
    this.#nodeId = names.nodeId;
  }

  /**
   * Which of these rooms live there by now, with their epochs. Whatever was noted before and is still on its way is refused there from
   * now on.
   *
   * @throws {Error} when that Redis does not answer
   */
  async release(rooms: readonly AskedRoom[]): Promise<ReadonlyMap<string, number>> {
    const mark = ++this.#mark;
    const evacuated = new Map<string, number>();
    for (let at = 0; at === 0 || at < rooms.length; at += BATCH) {
      const batch = rooms.slice(at, at + BATCH);
      const args = batch.flatMap((room) => [room.roomId, room.epoch, room.isTakenBack ? 1 : 0]);
      const reply = await RELEASE.run(
        this.#redis,
        [redisKeys.owners],
        [this.#regionId, this.#nodeId, mark, ...args],
      );
      for (let i = 0; i < reply.length; i += 2)
        evacuated.set(String(reply[i]), Number(reply[i + 1]));
    }
    return evacuated;
  }

  /** @returns false when that Redis does not know of our last question: it began anew, and we have to ask again */
  async note(rooms: readonly RoomNote[]): Promise<boolean> {
    for (let at = 0; at === 0 || at < rooms.length; at += BATCH) {
      const args = rooms
        .slice(at, at + BATCH)
        .flatMap(({ roomId, ...note }) => [roomId, noteText(note)]);
      const names = [this.#regionId, this.#nodeId, this.#mark];
      if ((await COPY.run(this.#redis, [redisKeys.owners], [...names, ...args])) === 0)
        return false;
    }
    return true;
  }

  /** Rooms that have ended. */
  async drop(roomIds: readonly string[]): Promise<void> {
    if (roomIds.length === 0) return;
    await this.#redis.hdel(redisKeys.copiesOf(this.#regionId), ...roomIds);
    await Promise.all(roomIds.map((roomId) => this.#redis.del(redisKeys.journalCopy(roomId))));
  }
}

/** As `evacuate-rooms` reads it: neither an epoch nor a listing has a line break. */
export function noteText({ epoch, listing, buckets }: Omit<RoomNote, 'roomId'>): string {
  return `${epoch}\n${listing}\n${buckets}`;
}
