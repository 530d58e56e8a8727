import type { IRoomCache, SortOptions } from '@colyseus/core';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { LostReason, RoomPlace, RoomWhereabouts } from '../room-directory.ts';
import type { BucketSearch } from './room-buckets.ts';
import { isJoinable, matches, readListing, sortListings } from './room-listing.ts';

/** The first room of a bucket nearly always fits. */
const FIRST_PAGE = 8;
const SCAN_PAGE = 200;

/** Node of a room that waits for an owner. */
const ORPHANED = '-';

/** Who has a room, as the scripts write it: `<node> <epoch> <durable>` (room-index.lua). The node is empty when nobody knows the room. */
export function readOwner(text: string | null | undefined) {
  const [nodeId = '', epoch, durable] = (text ?? '').split(' ');
  return { nodeId, epoch: Number(epoch), isDurable: durable === '1' };
}

/** Reads a region's rooms. What is torn or foreign is skipped with a log line. */
export class RedisRoomLookup {
  readonly #redis: RedisClient;
  readonly #log: Logger;

  constructor(redis: RedisClient, log: Logger) {
    this.#redis = redis;
    this.#log = log;
  }

  async locate(roomId: string): Promise<RoomPlace> {
    const [owner, text, lost] = await Promise.all([
      this.#redis.hget(redisKeys.owners, roomId),
      this.#redis.hget(redisKeys.rooms, roomId),
      this.#redis.get(redisKeys.lost(roomId)),
    ]);
    const { nodeId, epoch } = readOwner(owner);
    if (nodeId === ORPHANED) return { kind: 'orphaned' };
    const listing = text === null ? null : this.read(roomId, text);
    if (nodeId !== '' && listing !== null) {
      return { kind: 'owned', nodeId, epoch, listing: { ...listing, processId: nodeId } };
    }
    if (lost !== null) return { kind: 'lost', reason: lost as LostReason };
    return { kind: 'unknown' };
  }

  async whereAre(roomIds: readonly string[]): Promise<Map<string, RoomWhereabouts>> {
    const places = new Map<string, RoomWhereabouts>();
    if (roomIds.length === 0) return places;
    const owners = await this.#redis.hmget(redisKeys.owners, ...roomIds);
    for (const [at, roomId] of roomIds.entries()) {
      const { nodeId } = readOwner(owners[at]);
      if (nodeId === ORPHANED) places.set(roomId, { kind: 'orphaned' });
      else if (nodeId !== '') places.set(roomId, { kind: 'owned', nodeId });
    }
    const missing = roomIds.filter((roomId) => !places.has(roomId));
    if (missing.length === 0) return places;
    const reasons = await this.#redis.mget(missing.map((roomId) => redisKeys.lost(roomId)));
    for (const [at, roomId] of missing.entries()) {
      const reason = reasons[at] as LostReason | null;
      places.set(roomId, reason === null ? { kind: 'unknown' } : { kind: 'lost', reason });
    }
    return places;
  }

  /** The first joinable room of a bucket that fits; with an order all of its joinable rooms are compared. */
  async firstOf(
    search: BucketSearch,
    filter: Readonly<Record<string, unknown>>,
    exclude: ReadonlySet<string>,
    order: SortOptions = {},
  ): Promise<IRoomCache | null> {
    const isOrdered = Object.keys(order).length > 0;
    const fitting: IRoomCache[] = [];
    const bucket = redisKeys.joinable(search.bucket);
    let page = isOrdered ? SCAN_PAGE : FIRST_PAGE;
    for (let from = 0; ; page = SCAN_PAGE) {
      const roomIds = await this.#redis.zrange(bucket, from, from + page - 1);
      from += roomIds.length;
      for (const room of (await this.findByIds(roomIds)).values()) {
        const isExcluded = exclude.has(room.roomId) || exclude.has(room.processId);
        if (isExcluded || !isJoinable(room) || !matches(room, filter)) continue;
        if (!isOrdered) return room;
        fitting.push(room);
      }
      if (roomIds.length < page) return sortListings(fitting, order)[0] ?? null;
    }
  }

  /** Rooms that are not there, or whose listing is torn, are absent. */
  async findByIds(roomIds: readonly string[]): Promise<Map<string, IRoomCache>> {
    const rooms = new Map<string, IRoomCache>();
    if (roomIds.length === 0) return rooms;
    const texts = await this.#redis.hmget(redisKeys.rooms, ...roomIds);
    for (const [i, roomId] of roomIds.entries()) {
      const text = texts[i];
      const room = typeof text === 'string' ? this.read(roomId, text) : null;
      if (room !== null) rooms.set(roomId, room);
    }
    return rooms;
  }

  /** Every room of the region, in pages. */
  async all(): Promise<IRoomCache[]> {
    // A scan may bring a room twice.
    const rooms = new Map<string, IRoomCache>();
    let cursor = '0';
    do {
      const [next, page] = await this.#redis.hscan(redisKeys.rooms, cursor, 'COUNT', SCAN_PAGE);
      for (let i = 0; i < page.length; i += 2) {
        const [roomId = '', text = ''] = page.slice(i, i + 2);
        const room = this.read(roomId, text);
        if (room !== null) rooms.set(roomId, room);
      }
      cursor = next;
    } while (cursor !== '0');
    return [...rooms.values()];
  }

  /** @returns null, and a log line, when the text is torn or foreign */
  read(roomId: string, text: string): IRoomCache | null {
    const room = readListing(text);
    if (room?.roomId === roomId) return room;
    this.#log.warn({ roomId }, 'a listing in Redis is torn or foreign, skipped');
    return null;
  }

  /** Takes a torn room out of a bucket, so that the next one is found. */
  async skipTorn(roomId: string, bucket: string): Promise<void> {
    // Its owner's next update brings it back.
    await this.#redis.zrem(redisKeys.joinable(bucket), roomId);
  }
}
