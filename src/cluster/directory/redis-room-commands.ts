import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import { type LostReason, TURN_MS } from '../room-directory.ts';
import type { BucketSearch } from './room-buckets.ts';
import { listingHead } from './room-listing.ts';

const scripts = {
  insert: new RedisScript<0 | 1>('insert-room'),
  update: new RedisScript<-1 | 0 | 1>('update-room'),
  remove: new RedisScript<0 | 1>('remove-room'),
  findOrCreate: new RedisScript<['room', string, string, string] | ['create'] | ['wait']>(
    'find-or-create-room',
  ),
  endTurn: new RedisScript<0 | 1>('end-turn'),
  claimOrphans: new RedisScript<readonly (string | number)[]>('claim-orphans'),
  takeOver: new RedisScript<readonly [number, number, string, string] | null>('take-over-room'),
  nextEpoch: new RedisScript<0 | 1>('next-epoch'),
  setTrial: new RedisScript<0 | 1>('set-trial'),
  reassert: new RedisScript<readonly string[]>('reassert-rooms'),
  declareDead: new RedisScript<'alive' | 'dead'>('declare-dead'),
} as const;

/** What scripts write of a room: its listing, its buckets record (`room-index.lua`), whether it is joinable. */
export type RoomFields = readonly [listing: string, buckets: string, isJoinable: 0 | 1];

export interface OwnedId {
  readonly roomId: string;
  readonly epoch: number;
}

/** A room that has become ours, as the scripts tell it. */
export interface ClaimedRoom extends OwnedId {
  readonly deaths: number;
  readonly isDurable: boolean;
  readonly text: string;
}

/** The changes to a region's directory in the name of one node; `storage/redis/scripts` says what each does. */
export class RedisRoomCommands {
  readonly #redis: RedisClient;
  readonly #nodeId: string;
  readonly #head: string;

  constructor(redis: RedisClient, nodeId: string, publicAddress: string | undefined) {
    this.#redis = redis;
    this.#nodeId = nodeId;
    this.#head = listingHead(nodeId, publicAddress);
  }

  insert(roomId: string, isDurable: boolean, fields: RoomFields): Promise<0 | 1> {
    return this.#run(scripts.insert, [roomId, this.#nodeId, isDurable ? 1 : 0, ...fields]);
  }

  update({ roomId, epoch }: OwnedId, isDurable: boolean, fields: RoomFields): Promise<-1 | 0 | 1> {
    const args = [roomId, this.#nodeId, epoch, isDurable ? 1 : 0, ...fields];
    return this.#run(scripts.update, args);
  }

  remove({ roomId, epoch }: OwnedId, reason: LostReason | ''): Promise<0 | 1> {
    return this.#run(scripts.remove, [roomId, this.#nodeId, epoch, reason]);
  }

  nextEpoch({ roomId, epoch }: OwnedId): Promise<0 | 1> {
    return this.#run(scripts.nextEpoch, [roomId, this.#nodeId, epoch, epoch + 1]);
  }

  setTrial({ roomId, epoch }: OwnedId, trial: 'began' | 'ended'): Promise<0 | 1> {
    return this.#run(scripts.setTrial, [roomId, this.#nodeId, epoch, trial]);
  }

  findOrCreate({ isExact, bucket, turn }: BucketSearch, token: string, exclude: Iterable<string>) {
    const args = [isExact ? bucket : '', turn, token, TURN_MS, ...exclude];
    return this.#run(scripts.findOrCreate, args);
  }

  endTurn(turn: string, token: string): Promise<0 | 1> {
    return scripts.endTurn.run(this.#redis, [redisKeys.creating(turn)], [token]);
  }

  /** `roomsOfNode`: how many the node then has, as Redis knows it. */
  async claimOrphans(
    limit: number,
  ): Promise<{ readonly roomsOfNode: number; readonly claimed: readonly ClaimedRoom[] }> {
    const reply = await this.#run(scripts.claimOrphans, [this.#nodeId, limit, this.#head]);
    const claimed: ClaimedRoom[] = [];
    for (let i = 1; i < reply.length; i += 5) {
      const [roomId, epoch, deaths, durable, text] = reply.slice(i, i + 5);
      claimed.push({
        ...{ roomId: String(roomId), epoch: Number(epoch), deaths: Number(deaths) },
        ...{ isDurable: durable === '1', text: String(text) },
      });
    }
    return { roomsOfNode: Number(reply[0]), claimed };
  }

  async takeOver(room: OwnedId & { readonly fromNodeId: string }): Promise<ClaimedRoom | null> {
    const { roomId, fromNodeId } = room;
    const args = [roomId, fromNodeId, room.epoch, this.#nodeId, this.#head];
    const reply = await this.#run(scripts.takeOver, args);
    if (reply === null) return null;
    const [epoch, deaths, durable, text] = reply;
    return { roomId, epoch, deaths, isDurable: durable === '1', text };
  }

  reassert(
    rooms: readonly (OwnedId & { readonly isDurable: boolean; readonly fields: RoomFields })[],
  ): Promise<readonly string[]> {
    const args = rooms.flatMap(({ roomId, epoch, isDurable, fields }) => [
      ...[roomId, epoch, isDurable ? 1 : 0],
      ...fields,
    ]);
    return this.#run(scripts.reassert, [this.#nodeId, ...args]);
  }

  declareDead(nodeId: string, leftMs: number): Promise<'alive' | 'dead'> {
    return this.#run(scripts.declareDead, [nodeId, Math.floor(leftMs)]);
  }

  #run<Reply>(script: RedisScript<Reply>, args: readonly (string | number)[]): Promise<Reply> {
    return script.run(this.#redis, [redisKeys.owners], args);
  }
}
