import type { Redis } from 'ioredis';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import type { Ownership } from './evidence.ts';

const LOOK_EVERY_MS = 200;
const NOBODY = '-';

/** Looks into a region's Redis several times a second: who owns which room, and who writes its journal. */
export class RegionWatch implements AsyncDisposable {
  readonly ownerships: Ownership[] = [];
  readonly foreignWrites: string[] = [];
  readonly #redis: Redis;
  readonly #newest = new Map<string, Ownership>();
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  /** @param redis - a client of its own; the watch closes it */
  constructor(redis: Redis) {
    this.#redis = redis;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Rooms by their owner's node id, as last seen. */
  async owners(): Promise<ReadonlyMap<string, string>> {
    const owners = await this.#redis.hgetall(redisKeys.owners);
    return new Map(
      Object.entries(owners).map(([roomId, line]) => [roomId, line.split(' ')[0] ?? NOBODY]),
    );
  }

  /**
   * What the region still keeps of rooms, a line each; empty when every room is gone. Of rooms that are lost it may keep the
   * journal, until it expires, for whoever wants to know why.
   */
  async leftovers(): Promise<string[]> {
    const redis = this.#redis;
    const [rooms, owners, orphans, journals] = await Promise.all([
      redis.hkeys(redisKeys.rooms),
      redis.hkeys(redisKeys.owners),
      redis.zrange(redisKeys.orphans, 0, -1),
      keysLike(redis, redisKeys.journal('*')),
    ]);
    const lost = await keysLike(redis, redisKeys.lost('*'));
    const lostJournals = new Set(
      lost.map((key) => redisKeys.journal(key.slice(redisKeys.lost('').length))),
    );
    return [
      ...rooms.map((roomId) => `listing of ${roomId}`),
      ...owners.map((roomId) => `owner of ${roomId}`),
      ...orphans.map((roomId) => `orphan ${roomId}`),
      ...journals.filter((key) => !lostJournals.has(key)).map((key) => `journal ${key}`),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #look(): Promise<void> {
    // While Redis is away commands wait; one look at a time is enough.
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      // Journals first: an owner may change in between, and then the journal is behind, which is lawful.
      const roomIds = [...this.#newest.keys()];
      const journalEpochs = await this.#journalEpochs(roomIds);
      const owners = await this.#redis.hgetall(redisKeys.owners);
      for (const [roomId, line] of Object.entries(owners)) this.#note(roomId, line);
      for (const [roomId, epoch] of journalEpochs) {
        const owner = owners[roomId];
        const named = Number(owner?.split(' ')[1] ?? Number.POSITIVE_INFINITY);
        if (epoch > named) {
          this.foreignWrites.push(`${roomId}: written under epoch ${epoch}, owned under ${named}`);
        }
      }
    } catch {
      // Redis is being killed or frozen: that is what some runs are about.
    } finally {
      this.#isLooking = false;
    }
  }

  /** Ids of journal entries are `<epoch>-<sequence>`. */
  async #journalEpochs(roomIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const pipeline = this.#redis.pipeline();
    for (const roomId of roomIds)
      pipeline.xrevrange(redisKeys.journal(roomId), '+', '-', 'COUNT', 1);
    const replies = (await pipeline.exec()) ?? [];
    const epochs = new Map<string, number>();
    for (const [index, [, entries]] of replies.entries()) {
      const newest = (entries as [string, string[]][] | undefined)?.[0];
      if (newest) epochs.set(roomIds[index] as string, Number(newest[0].split('-')[0]));
    }
    return epochs;
  }

  #note(roomId: string, line: string): void {
    const [nodeId = NOBODY, epoch = '0'] = line.split(' ');
    const known = this.#newest.get(roomId);
    if (nodeId === NOBODY || (known?.nodeId === nodeId && known.epoch === Number(epoch))) return;
    const ownership = { roomId, nodeId, epoch: Number(epoch), seenAtMs: machineNowMs() };
    this.#newest.set(roomId, ownership);
    this.ownerships.push(ownership);
  }
}

async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    keys.push(...found);
    cursor = next;
  } while (cursor !== '0');
  return keys;
}
