import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IRoomCache, SortOptions } from '@colyseus/core';
import { RedisDriver } from '@colyseus/redis-driver';
import { within } from '../../shared/within.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { directoryUnavailable } from '../directory-unavailable.ts';
import type {
  JoinTarget,
  LostReason,
  RoomClaim,
  RoomDirectory,
  RoomPlace,
  RoomWhereabouts,
} from '../room-directory.ts';
import { OwnedRoom } from './owned-room.ts';
import {
  type ClaimedRoom,
  type OwnedId,
  RedisRoomCommands,
  type RoomFields,
} from './redis-room-commands.ts';
import { RedisRoomLookup, readOwner } from './redis-room-lookup.ts';
import { type BucketSearch, bucketSearch, bucketsOf } from './room-buckets.ts';
import {
  applyOperations,
  isJoinable,
  matches,
  sortListings,
  writeListing,
} from './room-listing.ts';

// The directory of a region, in its Redis.
//
// What this node owns it also knows by heart: listings are written as they are here, whole, under the owner's id and epoch, and
// nothing is ever read back to be changed. So Redis may be slow, away, or come back empty:
//
//   reads, insert   answer within the deadline: DIRECTORY_UNAVAILABLE, or false
//   update, remove  never fail: they wait up to the deadline, and go on behind the game's back until they are through
//   after a loss    reassert() writes all rooms again

export interface RedisRoomDirectoryOptions {
  /** Stays its opener's: `shutdown()` does not close it. */
  readonly redis: RedisClient;
  readonly nodeId: string;
  readonly publicAddress?: string | undefined;
  readonly log: Logger;
  /** How long callers wait for Redis, in ms. */
  readonly deadlineMs?: number;
}

/** A room as the directory has it, for one that has to list it elsewhere. */
export interface RoomEntry extends OwnedId {
  readonly listing: string;
  /** The buckets record (`room-index.lua`). */
  readonly buckets: string;
}

const DEADLINE_MS = 500;
/** For what is done once per node or outage, over all of a node's rooms. */
const LONG_DEADLINE_MS = 5_000;
const RETRY_AFTER_MS = 500;
const REASSERT_BATCH = 100;

export class RedisRoomDirectory extends RedisDriver implements RoomDirectory {
  readonly #redis: RedisClient;
  readonly #nodeId: string;
  readonly #commands: RedisRoomCommands;
  readonly #log: Logger;
  readonly #lookup: RedisRoomLookup;
  readonly #deadlineMs: number;
  readonly #filterBy = new Map<string, readonly string[]>();
  readonly #rooms = new Map<string, OwnedRoom>();
  readonly #disownedListeners: ((roomId: string) => void)[] = [];
  /** Rooms on their way in or out: neither ours nor unknown. */
  readonly #inserting = new Set<string>();
  readonly #removing = new Set<string>();
  /** Marked before they were inserted. */
  readonly #durable = new Set<string>();

  constructor(options: RedisRoomDirectoryOptions) {
    super(options.redis);
    this.#redis = options.redis;
    this.#nodeId = options.nodeId;
    this.#commands = new RedisRoomCommands(options.redis, options.nodeId, options.publicAddress);
    this.#log = options.log;
    this.#lookup = new RedisRoomLookup(options.redis, options.log);
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  defineRoomType(roomName: string, filterBy: readonly string[]): void {
    this.#filterBy.set(roomName, filterBy);
  }

  epochOf(roomId: string): number | undefined {
    return this.#rooms.get(roomId)?.epoch;
  }

  /** A room of this node as it is written down; null when it is none, or cannot be written. */
  entryOf(roomId: string): RoomEntry | null {
    const owned = this.#rooms.get(roomId);
    const fields = owned === undefined ? null : this.#fieldsOf(owned.listing);
    if (owned === undefined || fields === null) return null;
    const [listing, buckets] = fields;
    return { roomId, epoch: owned.epoch, listing, buckets };
  }

  // --- changes of one room -------------------------------------------------------------------------------------------

  async insert(room: IRoomCache): Promise<boolean> {
    const { roomId } = room;
    const owned = this.#rooms.get(roomId);
    if (owned !== undefined) {
      if (owned.isLive) return false;
      owned.isLive = true;
      owned.listing = room;
      // It is ours already, and was listed as ours with the claim: players need not wait for what has changed in it.
      void this.#saved(owned);
      return true;
    }
    if (this.#inserting.has(roomId)) return false;
    this.#inserting.add(roomId);
    try {
      return await this.#insertNew(room);
    } finally {
      this.#inserting.delete(roomId);
    }
  }

  async #insertNew(room: IRoomCache): Promise<boolean> {
    const { roomId } = room;
    const isDurable = this.#durable.delete(roomId);
    const fields = this.#fieldsOf(room);
    if (fields === null) return false;
    let reply: 0 | 1 | 'late';
    try {
      const inserting = this.#commands.insert(roomId, isDurable, fields);
      reply = await within(inserting, this.#deadlineMs);
    } catch (error) {
      this.#log.warn({ err: error }, 'the directory did not take a room');
      reply = 'late';
    }
    if (reply === 'late') {
      // It may be in, or come in yet; the caller gives the room up.
      void this.#removeUntilGone({ roomId, epoch: 1 }, '');
      return false;
    }
    if (reply === 0) return false;
    const owned = this.#own({ epoch: 1, isDurable, isLive: true, listing: room });
    const isMarkedMeanwhile = this.#durable.delete(roomId);
    if (isMarkedMeanwhile) owned.isDurable = true;
    if (isMarkedMeanwhile || this.#fieldsOf(room)?.[0] !== fields[0]) await this.#saved(owned);
    return true;
  }

  override async update(
    room: IRoomCache,
    operations: { readonly $set?: Partial<IRoomCache>; readonly $inc?: Partial<IRoomCache> },
  ): Promise<boolean> {
    applyOperations(room, operations);
    return this.persist(room);
  }

  override async persist(room: IRoomCache, create = false): Promise<boolean> {
    const owned = this.#rooms.get(room.roomId);
    if (owned === undefined) return create && room.roomId !== undefined && this.insert(room);
    if (owned.listing !== room) {
      // A copy, or the room object that was replaced: not the truth.
      if (owned.isLive) return false;
      owned.listing = room;
      owned.isLive = true;
    }
    return this.#saved(owned);
  }

  override async remove(roomId: string): Promise<boolean> {
    const owned = this.#letGo(roomId);
    if (owned === undefined) return false;
    return (await within(this.#removeOwned(owned, ''), this.#deadlineMs)) !== false;
  }

  async markLost(roomId: string, reason: LostReason): Promise<void> {
    const owned = this.#letGo(roomId);
    if (owned !== undefined) await within(this.#removeOwned(owned, reason), this.#deadlineMs);
  }

  async markDurable(roomId: string): Promise<void> {
    const owned = this.#rooms.get(roomId);
    if (owned === undefined) {
      this.#durable.add(roomId);
      return;
    }
    if (owned.isDurable) return;
    owned.isDurable = true;
    await this.#saved(owned);
  }

  async nextEpoch(roomId: string): Promise<number | null> {
    const owned = this.#rooms.get(roomId);
    if (owned === undefined) return null;
    return this.#ask(() => owned.exclusively(() => this.#raiseEpoch(owned)));
  }

  async #raiseEpoch(owned: OwnedRoom): Promise<number | null> {
    const { epoch } = owned;
    const isOurs = await this.#commands.nextEpoch(owned);
    if (isOurs === 0) {
      this.#disown(owned);
      return null;
    }
    owned.epoch = epoch + 1;
    owned.isLive = false;
    return owned.isLetGo ? null : owned.epoch;
  }

  async trialBegan(roomId: string): Promise<void> {
    await this.#setTrial(roomId, 'began');
  }

  async trialEnded(roomId: string): Promise<void> {
    await this.#setTrial(roomId, 'ended');
  }

  async #setTrial(roomId: string, trial: 'began' | 'ended'): Promise<void> {
    const owned = this.#rooms.get(roomId);
    if (owned === undefined) return;
    await this.#ask(() => owned.exclusively(() => this.#commands.setTrial(owned, trial)));
  }

  revivalFailed(roomId: string): void {
    const owned = this.#rooms.get(roomId);
    if (owned === undefined) return;
    owned.isLive = false;
    // A copy: Colyseus takes the id off the listing of a room that it discards.
    owned.listing = { ...owned.listing, roomId };
  }

  // --- rooms of other nodes ------------------------------------------------------------------------------------------

  async claimOrphans(limit: number): Promise<readonly RoomClaim[]> {
    if (limit <= 0) return [];
    // No deadline: what comes late is ours all the same.
    const { roomsOfNode, claimed } = await this.#ask(
      () => this.#commands.claimOrphans(limit),
      Number.POSITIVE_INFINITY,
    );
    const claims: RoomClaim[] = [];
    for (const room of claimed) {
      const claim = await this.#claimed(room);
      if (claim !== null) claims.push(claim);
    }
    const known = this.#rooms.size + this.#inserting.size + this.#removing.size;
    return roomsOfNode > known ? [...claims, ...(await this.#findUnheard())] : claims;
  }

  async takeOver(room: {
    readonly roomId: string;
    readonly fromNodeId: string;
    readonly epoch: number;
  }): Promise<RoomClaim | null> {
    const claimed = await this.#ask(() => this.#commands.takeOver(room));
    return claimed === null ? null : this.#claimed(claimed);
  }

  /**
   * Ends a node whose lease is gone; its rooms become orphans, or lost. Idempotent.
   *
   * @param leftMs - how much of the lease may be left, when its process is known to be gone
   */
  async declareDead(nodeId: string, leftMs = 0): Promise<'alive' | 'dead'> {
    return this.#ask(() => this.#commands.declareDead(nodeId, leftMs), LONG_DEADLINE_MS);
  }

  /** Colyseus calls it for a process that did not answer in time, which is no proof that it is dead. */
  override async cleanup(processId: string): Promise<void> {
    await this.declareDead(processId).catch((error: unknown) => {
      this.#log.warn({ err: error, processId }, 'rooms of a process were not looked at');
    });
  }

  async reassert(): Promise<readonly string[]> {
    const rooms = [...this.#rooms.values()];
    const gone: string[] = [];
    for (let i = 0; i < rooms.length; i += REASSERT_BATCH) {
      const batch = rooms.slice(i, i + REASSERT_BATCH).flatMap((room) => {
        const fields = room.isLetGo ? null : this.#fieldsOf(room.listing);
        const { roomId, epoch, isDurable } = room;
        return fields === null ? [] : { roomId, epoch, isDurable, fields };
      });
      gone.push(...(await this.#ask(() => this.#commands.reassert(batch), LONG_DEADLINE_MS)));
    }
    const ended = new Set(gone);
    for (const room of rooms) if (ended.has(room.roomId)) this.#disown(room);
    return gone;
  }

  onDisowned(listener: (roomId: string) => void): void {
    this.#disownedListeners.push(listener);
  }

  letGo(roomId: string): void {
    this.#letGo(roomId);
  }

  forgetAll(): void {
    for (const roomId of [...this.#rooms.keys()]) this.#letGo(roomId);
    this.#durable.clear();
  }

  // --- looking up ----------------------------------------------------------------------------------------------------

  async findOrCreate(
    roomName: string,
    filter: Readonly<Record<string, unknown>>,
    exclude: ReadonlySet<string> = new Set(),
  ): Promise<JoinTarget> {
    const search = this.#searchFor(roomName, filter);
    const find = () => this.#lookup.firstOf(search, filter, exclude);
    return this.#ask(async () => {
      const found = search.isExact ? null : await find();
      if (found !== null) return { kind: 'room', listing: found };
      const target = await this.#findOrTakeTurn(search, exclude);
      if (target.kind !== 'create' || search.isExact) return target;
      // Somebody may have made one between the look and the turn.
      const made = await find();
      if (made === null) return target;
      await target.createEnded();
      return { kind: 'room', listing: made };
    });
  }

  async #findOrTakeTurn(search: BucketSearch, exclude: ReadonlySet<string>): Promise<JoinTarget> {
    const token = `${this.#nodeId}:${randomUUID()}`;
    for (;;) {
      const reply = await this.#commands.findOrCreate(search, token, exclude);
      const [kind, roomId, nodeId, text] = reply;
      if (kind === 'wait') return { kind };
      if (kind === 'create') {
        return { kind, createEnded: () => this.#endTurn(search.turn, token) };
      }
      const listing = this.#lookup.read(roomId, text);
      if (listing !== null) return { kind, listing: { ...listing, processId: nodeId } };
      await this.#lookup.skipTorn(roomId, search.bucket);
    }
  }

  async #endTurn(turn: string, token: string): Promise<void> {
    // It ends by itself a little later.
    await within(this.#commands.endTurn(turn, token), this.#deadlineMs).catch(() => undefined);
  }

  async locate(roomId: string): Promise<RoomPlace> {
    return this.#ask(() => this.#lookup.locate(roomId));
  }

  async whereAre(roomIds: readonly string[]): Promise<ReadonlyMap<string, RoomWhereabouts>> {
    return this.#ask(() => this.#lookup.whereAre(roomIds));
  }

  override async has(roomId: string): Promise<boolean> {
    return (await this.#ask(() => this.#redis.hexists(redisKeys.rooms, roomId))) === 1;
  }

  override async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    return this.#ask(() => this.#lookup.findByIds(roomIds));
  }

  override async findOne(
    conditions: Partial<IRoomCache>,
    order?: SortOptions,
  ): Promise<IRoomCache> {
    return (await this.#findOne(conditions, order)) as IRoomCache;
  }

  async #findOne(
    conditions: Partial<IRoomCache>,
    order: SortOptions | undefined,
  ): Promise<IRoomCache | undefined> {
    const { roomId, name, locked, private: isPrivate, ...filter } = conditions;
    if (roomId !== undefined) return (await this.findByIds([roomId])).get(roomId);
    if (name === undefined || locked !== false || isPrivate !== false) {
      return (await this.query(conditions, order))[0];
    }
    const search = this.#searchFor(name, filter);
    const found = await this.#ask(() => this.#lookup.firstOf(search, filter, new Set(), order));
    return found ?? undefined;
  }

  /** For lobbies and the monitor: reads every room of the region, in pages. */
  override async query(
    conditions: Partial<IRoomCache>,
    order?: SortOptions,
  ): Promise<IRoomCache[]> {
    const wanted = conditions as Record<string, unknown>;
    const rooms = await this.#ask(() => this.#lookup.all(), LONG_DEADLINE_MS);
    return sortListings(
      rooms.filter((room) => matches(room, wanted)),
      order,
    );
  }

  override async shutdown(): Promise<void> {}

  #searchFor(roomName: string, filter: Readonly<Record<string, unknown>>): BucketSearch {
    return bucketSearch(roomName, this.#filterBy.get(roomName) ?? [], filter);
  }

  // --- ownership in memory -------------------------------------------------------------------------------------------

  #own(room: Pick<OwnedRoom, 'epoch' | 'isDurable' | 'isLive' | 'listing'>): OwnedRoom {
    const owned = new OwnedRoom(room, (it) => this.#write(it));
    this.#rooms.set(owned.roomId, owned);
    return owned;
  }

  async #claimed(claim: ClaimedRoom): Promise<RoomClaim | null> {
    const { roomId, epoch, deaths, isDurable, text } = claim;
    const listing = this.#lookup.read(roomId, text);
    if (listing === null) {
      await this.#removeUntilGone({ roomId, epoch }, 'restore-failed');
      return null;
    }
    this.#own({ epoch, isDurable, isLive: false, listing });
    return { roomId, roomName: listing.name, epoch, deaths, listing };
  }

  /** Claims whose reply was lost with a connection: Redis calls them ours, and we have not heard of them. */
  async #findUnheard(): Promise<readonly RoomClaim[]> {
    const claims: RoomClaim[] = [];
    for (const roomId of await this.#redis.smembers(redisKeys.roomsOf(this.#nodeId))) {
      const isKnown = [this.#rooms, this.#inserting, this.#removing].some((it) => it.has(roomId));
      if (isKnown) continue;
      const [owner, text, deaths] = await Promise.all([
        this.#redis.hget(redisKeys.owners, roomId),
        this.#redis.hget(redisKeys.rooms, roomId),
        this.#redis.hget(redisKeys.deaths, roomId),
      ]);
      const { nodeId, epoch, isDurable } = readOwner(owner);
      if (nodeId !== this.#nodeId || text === null || this.#rooms.has(roomId)) continue;
      const claim = await this.#claimed({
        ...{ roomId, epoch, isDurable, text },
        deaths: Number(deaths ?? 0),
      });
      if (claim !== null) claims.push(claim);
    }
    return claims;
  }

  #letGo(roomId: string): OwnedRoom | undefined {
    const owned = this.#rooms.get(roomId);
    if (owned === undefined) return undefined;
    owned.isLetGo = true;
    this.#rooms.delete(roomId);
    return owned;
  }

  #disown(owned: OwnedRoom): void {
    if (owned.isLetGo) return;
    this.#letGo(owned.roomId);
    this.#log.warn({ roomId: owned.roomId, epoch: owned.epoch }, 'a room is not ours any more');
    for (const listener of this.#disownedListeners) listener(owned.roomId);
  }

  // --- writing -------------------------------------------------------------------------------------------------------

  /**
   * @returns null when there is nothing to write: Colyseus has discarded the room; or, with a log line, the game has put
   *   something into the listing that JSON does not know
   */
  #fieldsOf(room: IRoomCache): RoomFields | null {
    // Whoever claimed a room with such a listing could not read it, and would write the room off.
    if (room.roomId === undefined) return null;
    const createdAtMs = room.createdAt === undefined ? 0 : Number(room.createdAt);
    try {
      const buckets = bucketsOf(room, this.#filterBy.get(room.name) ?? []);
      return [writeListing(room), [createdAtMs, ...buckets].join('\n'), isJoinable(room) ? 1 : 0];
    } catch (error) {
      this.#log.error({ err: error, room: room.name }, 'the metadata of a room is no JSON');
      return null;
    }
  }

  /** Waits for the write up to the deadline; it goes on without the caller then. */
  async #saved(owned: OwnedRoom): Promise<boolean> {
    return (await within(owned.save(), this.#deadlineMs)) !== false;
  }

  async #write(owned: OwnedRoom): Promise<boolean> {
    const reply = await this.#untilDone(owned, async () => {
      const fields = this.#fieldsOf(owned.listing);
      return fields === null ? undefined : this.#commands.update(owned, owned.isDurable, fields);
    });
    if (reply === -1) this.#disown(owned);
    // 0: Redis has lost its data. The room stays ours, reassert() writes it.
    return reply !== -1;
  }

  #removeOwned(owned: OwnedRoom, reason: LostReason | ''): Promise<boolean> {
    this.#removing.add(owned.roomId);
    return owned.exclusively(() => this.#removeUntilGone(owned, reason));
  }

  async #removeUntilGone(room: OwnedId, reason: LostReason | ''): Promise<boolean> {
    const { roomId } = room;
    this.#removing.add(roomId);
    try {
      const reply = await this.#untilDone({ isLetGo: false }, () =>
        this.#commands.remove(room, reason),
      );
      return reply === 1;
    } finally {
      this.#removing.delete(roomId);
    }
  }

  /** Runs a change until Redis has heard it. Its command may wait in the client, or fail there, depending on its options. */
  async #untilDone<T>(
    room: { readonly isLetGo: boolean },
    change: () => Promise<T>,
  ): Promise<T | undefined> {
    for (let attempt = 1; !room.isLetGo; attempt += 1) {
      try {
        return await change();
      } catch (error) {
        if (attempt === 1) this.#log.warn({ err: error }, 'the directory does not answer');
        await sleep(RETRY_AFTER_MS, undefined, { ref: false });
      }
    }
    return undefined;
  }

  /** @throws {GameError} `DIRECTORY_UNAVAILABLE` */
  async #ask<T>(question: () => Promise<T>, deadlineMs = this.#deadlineMs): Promise<T> {
    let answer: T | 'late';
    try {
      const asked = question();
      answer = Number.isFinite(deadlineMs) ? await within(asked, deadlineMs) : await asked;
    } catch (error) {
      throw directoryUnavailable(error);
    }
    if (answer === 'late') throw directoryUnavailable();
    return answer;
  }
}
