import type { IRoomCache, SortOptions } from '@colyseus/core';
import type { Clock } from '../../shared/clock.ts';
import {
  type JoinTarget,
  type LostReason,
  type RoomClaim,
  type RoomDirectory,
  type RoomPlace,
  TURN_MS,
} from '../room-directory.ts';
import { JoinableRooms } from './joinable-rooms.ts';
import { bucketSearch, bucketsOf } from './room-buckets.ts';
import { applyOperations, isJoinable, matches, sortListings } from './room-listing.ts';

interface LocalRoom {
  epoch: number;
  listing: IRoomCache;
  readonly order: number;
  /** False between a new epoch and the room object that comes with it. */
  isLive: boolean;
}

const LOST_MS = 3_600_000;

/** The directory of a node that is alone: its rooms end with it, so nobody claims any. */
export class LocalRoomDirectory implements RoomDirectory {
  readonly #nodeId: string;
  readonly #clock: Clock;
  readonly #filterBy = new Map<string, readonly string[]>();
  readonly #rooms = new Map<string, LocalRoom>();
  readonly #joinable = new JoinableRooms();
  readonly #lost = new Map<string, { readonly reason: LostReason; readonly untilMs: number }>();
  readonly #turns = new Map<string, { readonly untilMs: number }>();
  #inserted = 0;

  constructor(deps: { readonly clock: Clock }, options: { readonly nodeId: string }) {
    this.#clock = deps.clock;
    this.#nodeId = options.nodeId;
  }

  defineRoomType(roomName: string, filterBy: readonly string[]): void {
    this.#filterBy.set(roomName, filterBy);
  }

  epochOf(roomId: string): number | undefined {
    return this.#rooms.get(roomId)?.epoch;
  }

  async insert(listing: IRoomCache): Promise<boolean> {
    const known = this.#rooms.get(listing.roomId);
    if (known?.isLive === true) return false;
    if (known === undefined && this.#lostReason(listing.roomId) !== undefined) return false;
    const room = known ?? { epoch: 1, listing, order: this.#inserted++, isLive: true };
    Object.assign(room, { listing, isLive: true });
    this.#rooms.set(listing.roomId, room);
    this.#place(room);
    return true;
  }

  update(
    listing: IRoomCache,
    operations: { readonly $set?: Partial<IRoomCache>; readonly $inc?: Partial<IRoomCache> },
  ): boolean {
    applyOperations(listing, operations);
    return this.#save(listing);
  }

  persist(listing: IRoomCache, create = false): boolean | Promise<boolean> {
    return create && !this.#rooms.has(listing.roomId) ? this.insert(listing) : this.#save(listing);
  }

  #save(listing: IRoomCache): boolean {
    const room = this.#rooms.get(listing.roomId);
    if (room === undefined || (room.isLive && room.listing !== listing)) return false;
    Object.assign(room, { listing, isLive: true });
    this.#place(room);
    return true;
  }

  #place({ listing, order }: LocalRoom): void {
    const filterBy = this.#filterBy.get(listing.name) ?? [];
    this.#joinable.place(listing, order, isJoinable(listing) ? bucketsOf(listing, filterBy) : []);
  }

  remove(roomId: string): boolean {
    this.#joinable.remove(roomId);
    return this.#rooms.delete(roomId);
  }

  async markDurable(_roomId: string): Promise<void> {}

  async nextEpoch(roomId: string): Promise<number | null> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return null;
    room.epoch += 1;
    room.isLive = false;
    return room.epoch;
  }

  async markLost(roomId: string, reason: LostReason): Promise<void> {
    if (!this.remove(roomId)) return;
    const nowMs = this.#clock.monotonicMs();
    for (const [id, { untilMs }] of this.#lost) if (untilMs <= nowMs) this.#lost.delete(id);
    this.#lost.set(roomId, { reason, untilMs: nowMs + LOST_MS });
  }

  async trialBegan(_roomId: string): Promise<void> {}
  async trialEnded(_roomId: string): Promise<void> {}

  revivalFailed(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) room.isLive = false;
  }

  async claimOrphans(_limit: number): Promise<readonly RoomClaim[]> {
    return [];
  }

  async takeOver(_room: {
    readonly roomId: string;
    readonly fromNodeId: string;
    readonly epoch: number;
  }): Promise<RoomClaim | null> {
    return null;
  }

  /** Nobody else is there to own anything. */
  onDisowned(): void {}

  async reassert(): Promise<readonly string[]> {
    return [];
  }

  /** Nobody else is there to take a room over. */
  letGo(): void {}

  forgetAll(): void {
    for (const roomId of [...this.#rooms.keys()]) this.remove(roomId);
  }

  /** Colyseus calls it for itself, when it has ended its rooms. */
  async cleanup(processId: string): Promise<void> {
    if (processId === this.#nodeId) this.forgetAll();
  }

  async findOrCreate(
    roomName: string,
    filter: Readonly<Record<string, unknown>>,
    exclude: ReadonlySet<string> = new Set(),
  ): Promise<JoinTarget> {
    const isExcluded = (room: IRoomCache) =>
      exclude.has(room.roomId) || exclude.has(room.processId);
    const search = bucketSearch(roomName, this.#filterBy.get(roomName) ?? [], filter);
    for (const listing of this.#joinable.in(search.bucket)) {
      const fits = isJoinable(listing) && matches(listing, filter);
      if (fits && !isExcluded(listing)) return { kind: 'room', listing };
    }
    const nowMs = this.#clock.monotonicMs();
    const current = this.#turns.get(search.turn);
    if (current !== undefined && nowMs < current.untilMs) return { kind: 'wait' };
    const turn = { untilMs: nowMs + TURN_MS };
    this.#turns.set(search.turn, turn);
    const createEnded = async () => {
      if (this.#turns.get(search.turn) === turn) this.#turns.delete(search.turn);
    };
    return { kind: 'create', createEnded };
  }

  async locate(roomId: string): Promise<RoomPlace> {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) {
      const { epoch, listing } = room;
      return { kind: 'owned', nodeId: this.#nodeId, epoch, listing };
    }
    const reason = this.#lostReason(roomId);
    return reason === undefined ? { kind: 'unknown' } : { kind: 'lost', reason };
  }

  async whereAre(roomIds: readonly string[]): Promise<ReadonlyMap<string, RoomPlace>> {
    const places = roomIds.map(async (id) => [id, await this.locate(id)] as const);
    return new Map(await Promise.all(places));
  }

  #lostReason(roomId: string): LostReason | undefined {
    const lost = this.#lost.get(roomId);
    return lost !== undefined && this.#clock.monotonicMs() < lost.untilMs ? lost.reason : undefined;
  }

  has(roomId: string): boolean {
    return this.#rooms.has(roomId);
  }

  async findByIds(roomIds: string[]): Promise<Map<string, IRoomCache>> {
    const found = new Map<string, IRoomCache>();
    for (const roomId of roomIds) {
      const room = this.#rooms.get(roomId);
      if (room !== undefined) found.set(roomId, room.listing);
    }
    return found;
  }

  async findOne(conditions: Partial<IRoomCache>, order?: SortOptions): Promise<IRoomCache> {
    return this.#findOne(conditions, order) as IRoomCache;
  }

  #findOne(
    conditions: Partial<IRoomCache>,
    order: SortOptions | undefined,
  ): IRoomCache | undefined {
    const { roomId, name, locked, private: isPrivate, ...filter } = conditions;
    if (roomId !== undefined) return this.#rooms.get(roomId)?.listing;
    if (name === undefined || locked !== false || isPrivate !== false) {
      return this.query(conditions, order)[0];
    }
    const isOrdered = Object.keys(order ?? {}).length > 0;
    const fitting: IRoomCache[] = [];
    const search = bucketSearch(name, this.#filterBy.get(name) ?? [], filter);
    for (const listing of this.#joinable.in(search.bucket)) {
      if (!isJoinable(listing) || !matches(listing, filter)) continue;
      if (!isOrdered) return listing;
      fitting.push(listing);
    }
    return sortListings(fitting, order)[0];
  }

  query(conditions: Partial<IRoomCache>, order?: SortOptions): IRoomCache[] {
    const wanted = conditions as Record<string, unknown>;
    const rooms = Array.from(this.#rooms.values(), ({ listing }) => listing);
    return sortListings(
      rooms.filter((listing) => matches(listing, wanted)),
      order,
    );
  }

  clear(): void {
    this.forgetAll();
    this.#lost.clear();
    this.#turns.clear();
  }

  shutdown(): void {}
}
