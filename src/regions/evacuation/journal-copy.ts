import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';

// The journal of one room, entry by entry from this region's Redis to the buddy's, under the ids it has here. As the stream here, the
// one there refuses what is not newer, and a checkpoint takes the place of all before it; so everything may be sent twice.

/** Entries of a room that are read at a time. */
const BATCH = 500;
/** As the journal itself. */
const EXPIRES_AFTER_MS = 3_600_000;
/** The third byte of an entry says what it is; 0: a checkpoint (journal-entry.ts). */
const KIND_AT = 2;

interface Entry {
  readonly id: string;
  readonly field: Buffer;
  readonly bytes: Buffer;
  readonly isCheckpoint: boolean;
}

export class JournalCopy {
  readonly #key: string;
  readonly #copyKey: string;
  readonly #from: RedisClient;
  readonly #to: RedisClient;
  /** The newest entry that is there; null: not known. */
  #cursor: string | null = null;

  constructor(roomId: string, deps: { readonly from: RedisClient; readonly to: RedisClient }) {
    this.#key = redisKeys.journal(roomId);
    this.#copyKey = redisKeys.journalCopy(roomId);
    this.#from = deps.from;
    this.#to = deps.to;
  }

  /** What is there may be gone. */
  distrust(): void {
    this.#cursor = null;
  }

  /**
   * Sends what is new.
   *
   * @returns whether all of it is there
   * @throws {Error} when one of the two does not answer: the next time begins with the last checkpoint
   */
  async carry(): Promise<boolean> {
    const from = this.#cursor === null ? '-' : `(${this.#cursor}`;
    const rows = await this.#from.xrangeBuffer(this.#key, from, '+', 'COUNT', BATCH);
    const entries = rows.map(entryOf);
    // What is before the last checkpoint is of no use any more.
    const begin = Math.max(
      0,
      entries.findLastIndex(({ isCheckpoint }) => isCheckpoint),
    );
    try {
      const stored = await Promise.all(entries.slice(begin).map((entry) => this.#send(entry)));
      const isWhole = stored.every(Boolean);
      this.#cursor = isWhole ? (entries.at(-1)?.id ?? this.#cursor) : null;
      return isWhole && entries.length < BATCH;
    } catch (error) {
      this.#cursor = null;
      throw error;
    }
  }

  /** @returns false when the stream it belongs to is not there */
  async #send({ id, field, bytes, isCheckpoint }: Entry): Promise<boolean> {
    const how = isCheckpoint ? ['MINID', '=', id] : ['NOMKSTREAM'];
    try {
      const stored = await this.#to.call('xadd', this.#copyKey, ...how, id, field, bytes);
      if (isCheckpoint) await this.#to.pexpire(this.#copyKey, EXPIRES_AFTER_MS);
      return stored !== null;
    } catch (error) {
      // It has this one, or a newer one.
      if (error instanceof Error && error.message.includes('equal or smaller')) return true;
      throw error;
    }
  }
}

function entryOf([id, [field = Buffer.alloc(0), bytes = Buffer.alloc(0)]]: [
  Buffer,
  Buffer[],
]): Entry {
  return { id: id.toString(), field, bytes, isCheckpoint: bytes[KIND_AT] === 0 };
}
