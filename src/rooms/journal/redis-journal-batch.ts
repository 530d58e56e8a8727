import type { RedisClient } from '../../storage/redis/redis-script.ts';

/** An entry on its way to Redis. */
export interface JournalWrite {
  readonly key: string;
  /** `<epoch>-<sequence>` */
  readonly id: string;
  readonly field: string;
  readonly bytes: Buffer;
  /** Null for a patch; a checkpoint makes the stream, removes what is before it, and gives it this time to live. */
  readonly expiresAfterMs: number | null;
  /** Asked before it is sent. */
  isWanted(): boolean;
}

/** `refused`: the stream has this id or a newer one. `failed`: anything else; also a patch for a stream that is not there. */
export type WriteOutcome = 'stored' | 'refused' | 'failed';

type Reply = readonly [error: Error | null, reply?: unknown];

interface QueuedWrite extends JournalWrite {
  done(outcome: WriteOutcome): void;
}

/**
 * Everything that is written in one turn of the event loop, by any room, in one pipeline. A long turn, in which a room comes
 * round again, has more than one.
 */
export class RedisJournalBatch {
  readonly #redis: RedisClient;
  #queue: QueuedWrite[] = [];
  readonly #queuedKeys = new Set<string>();

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** Never rejects. Writes reach Redis in the order in which they were added. */
  add(write: JournalWrite): Promise<WriteOutcome> {
    if (this.#queue.length === 0) setImmediate(() => void this.#send());
    return new Promise((resolve) => {
      this.#queue.push({ ...write, done: resolve });
      this.#queuedKeys.add(write.key);
    });
  }

  /** Sends what waits if something of this room is in it. */
  handOver(key: string): void {
    if (this.#queuedKeys.has(key)) void this.#send();
  }

  async #send(): Promise<void> {
    const writes: QueuedWrite[] = [];
    for (const write of this.#queue) {
      if (write.isWanted()) writes.push(write);
      else write.done('failed');
    }
    this.#queue = [];
    this.#queuedKeys.clear();
    if (writes.length === 0) return;
    const commands = writes.flatMap(commandsOf);
    const replies = this.#redis.isCluster
      ? await this.#callEach(commands)
      : await this.#callAll(commands);
    let at = 0;
    for (const write of writes) {
      write.done(outcomeOf(replies[at]));
      at += commandsOf(write).length;
    }
  }

  async #callAll(commands: readonly Command[]): Promise<readonly Reply[]> {
    try {
      return (await this.#redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
    } catch (error) {
      return commands.map(() => [error as Error]);
    }
  }

  /** A pipeline of a Cluster has one slot; rooms have one each. The client sends them without waiting all the same. */
  #callEach(commands: readonly Command[]): Promise<readonly Reply[]> {
    const calls = commands.map(async ([name, ...args]): Promise<Reply> => {
      try {
        return [null, await this.#redis.call(name, ...args)];
      } catch (error) {
        return [error as Error];
      }
    });
    return Promise.all(calls);
  }
}

type Command = readonly [name: string, ...args: (string | number | Buffer)[]];

function commandsOf({ key, id, field, bytes, expiresAfterMs }: JournalWrite): Command[] {
  if (expiresAfterMs === null) return [['xadd', key, 'NOMKSTREAM', id, field, bytes]];
  return [
    // In one command: a checkpoint that is refused removes nothing.
    ['xadd', key, 'MINID', '=', id, id, field, bytes],
    ['pexpire', key, expiresAfterMs],
  ];
}

function outcomeOf(reply: Reply | undefined): WriteOutcome {
  if (reply === undefined) return 'failed';
  const [error, id] = reply;
  if (error) return error.message.includes('equal or smaller') ? 'refused' : 'failed';
  return id === null ? 'failed' : 'stored';
}
