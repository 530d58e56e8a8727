import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';

/** An entry on its way to Redis. */
export interface JournalWrite {
  readonly key: string;
  /** `<epoch>-<sequence>` */
  readonly id: string;
  readonly bytes: Buffer;
  /** Null for a patch; a checkpoint makes the stream, removes what is before it, and gives it this time to live. */
  readonly expiresAfterMs: number | null;
  /** Asked before it is sent. */
  isWanted(): boolean;
  /** Called once, when it is known what became of it. */
  done(outcome: WriteOutcome): void;
}

/** `refused`: the stream has this id or a newer one. `failed`: anything else; also a patch for a stream that is not there. */
export type WriteOutcome = 'stored' | 'refused' | 'failed';

/** One reply per entry: 1 stored, 0 refused. */
const APPEND = new RedisScript<readonly number[]>('append-journals');

/**
 * Everything that is written in one turn of the event loop, by any room, in one command. A long turn, in which a room comes
 * round again, has more than one.
 */
export class RedisJournalBatch {
  readonly #redis: RedisClient;
  #queue: JournalWrite[] = [];
  readonly #queuedKeys = new Set<string>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Writes reach Redis in the order in which they were added. */
  add(write: JournalWrite): void {
    if (this.#queue.length === 0) setImmediate(() => this.#send());
    this.#queue.push(write);
    this.#queuedKeys.add(write.key);
  }

  /** Sends what waits if something of this room is in it. */
  handOver(key: string): void {
    if (this.#queuedKeys.has(key)) this.#send();
  }

  #send(): void {
    const writes: JournalWrite[] = [];
    for (const write of this.#queue) {
      if (write.isWanted()) writes.push(write);
      else write.done('failed');
    }
    this.#queue = [];
    this.#queuedKeys.clear();
    // A command of a Cluster has one slot, and rooms have one each. The client sends them without waiting all the same.
    if (this.#redis.isCluster) for (const write of writes) void this.#append([write]);
    else if (writes.length > 0) void this.#append(writes);
  }

  async #append(writes: readonly JournalWrite[]): Promise<void> {
    const keys: string[] = [];
    const contents: Buffer[] = [];
    // Two arguments, however many entries there are: the client spends more on an argument than on a hundred bytes.
    let heads = '';
    for (const { key, id, bytes, expiresAfterMs } of writes) {
      keys.push(key);
      contents.push(bytes);
      heads += `${id} ${bytes.length} ${expiresAfterMs ?? 0} `;
    }
    let replies: readonly number[] = [];
    try {
      replies = await APPEND.run(this.#redis, keys, [heads, Buffer.concat(contents)]);
    } catch {
      // Redis is away, or refuses the command as such: no entry is stored.
    }
    for (const [n, write] of writes.entries()) write.done(outcomeOf(replies[n]));
  }
}

function outcomeOf(reply: number | undefined): WriteOutcome {
  if (reply === 1) return 'stored';
  return reply === 0 ? 'refused' : 'failed';
}
