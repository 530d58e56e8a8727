import { GameError } from '../../errors/game-error.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import {
  decodeJournalEntry,
  encodeJournalEntry,
  type JournalEntry,
  JournalError,
} from './journal-entry.ts';
import { RedisJournalBatch, type WriteOutcome } from './redis-journal-batch.ts';
import type { JournalListener, JournalRecord, JournalWriter, RoomJournal } from './room-journal.ts';

// A room's journal as a Redis stream:
//
//   meridian:journal:{<room>}   <epoch>-0 checkpoint, <epoch>-1 patch, <epoch>-2 patch, …      field `e`: a journal entry
//
// The ids are the fence: Redis refuses one that is not above the newest, so from the moment the next owner has written
// <epoch + 1>-0 nothing of the last one gets in. A checkpoint removes all before it in the same command.
//
//   writer:  needs a checkpoint ──checkpoint()──▶ whole ──entry lost, connection lost, backlog full──▶ needs a checkpoint
//
// Numbers have no gap from the newest checkpoint on; what has one is corrupt. A patch never makes a stream: one that Redis
// has lost (a restart) needs a checkpoint.

/** Rooms that are gone without a word (their region was shut down) do not stay for ever. Each checkpoint begins it anew. */
const EXPIRES_AFTER_MS = 3_600_000;
/** More than any room writes between two checkpoints. */
const MOST_ENTRIES = 100_000;

export interface RedisRoomJournalLimits {
  /** Entries of one room that may wait for Redis; beyond, patches are dropped. */
  readonly backlogEntries: number;
  readonly backlogBytes: number;
}

const DEFAULT_LIMITS: RedisRoomJournalLimits = {
  backlogEntries: 256,
  backlogBytes: 4 * 1_024 * 1_024,
};

const FORGET = new RedisScript<number>('forget-journal');

/** Journals in the region's Redis. One of these per node: what its rooms write in a turn of the event loop goes in one command. */
export class RedisRoomJournal implements RoomJournal {
  readonly #redis: RedisClient;
  readonly #limits: RedisRoomJournalLimits;
  readonly #batch: RedisJournalBatch;
  readonly #writers = new Set<RedisJournalWriter>();

  constructor(redis: RedisClient, limits = DEFAULT_LIMITS) {
    this.#redis = redis;
    this.#limits = limits;
    this.#batch = new RedisJournalBatch(redis);
    // Who comes back may have lost what it had acknowledged.
    const distrustAll = () => {
      for (const writer of this.#writers) writer.distrust();
    };
    redis.on('close', distrustAll);
    // A Cluster stays connected when one of its servers goes.
    redis.on('-node', distrustAll);
  }

  open(
    { roomId, epoch }: { readonly roomId: string; readonly epoch: number },
    listener: JournalListener,
  ): JournalWriter {
    const writer = new RedisJournalWriter({
      roomId,
      epoch,
      listener,
      limits: this.#limits,
      batch: this.#batch,
      isOvertaken: () => this.#isOvertaken(roomId, epoch),
      onClose: () => this.#writers.delete(writer),
    });
    this.#writers.add(writer);
    return writer;
  }

  /** @throws {GameError} `DIRECTORY_UNAVAILABLE` */
  async read(roomId: string): Promise<JournalRecord | null> {
    const [own, newestCopied] = await Promise.all([
      this.#stored(roomId),
      this.#newestCopied(roomId),
    ]);
    const isEvacuated = newestCopied !== null && isAfter(newestCopied, own.at(-1)?.id ?? null);
    const stored = isEvacuated ? await this.#adoptCopy(roomId) : own;
    if (stored.length === 0) return null;
    const entries: JournalEntry[] = [];
    let sizeBytes = 0;
    // Backwards to the newest checkpoint; what is before it does not matter.
    for (let i = stored.length - 1; i >= 0; i--) {
      const { id, bytes } = stored[i] as StoredEntry;
      const next = stored[i + 1];
      if (next !== undefined && !isNext(id, next.id)) {
        throw new JournalError(
          'corrupt',
          `Between journal entries ${id} and ${next.id} one is missing.`,
        );
      }
      const entry = decodeJournalEntry(bytes);
      entries.unshift(entry);
      sizeBytes += bytes.length;
      if (entry.kind === 'checkpoint') return { entries, sizeBytes };
    }
    throw new JournalError('corrupt', 'A journal has patches and no checkpoint.');
  }

  async forget({ roomId, epoch }: { readonly roomId: string; readonly epoch: number }) {
    await FORGET.run(this.#redis, [redisKeys.journal(roomId)], [epoch]).catch(unavailable);
  }

  /** A room of another region that was evacuated: what that region copied here is its journal, unless it has been here since. */
  async #adoptCopy(roomId: string): Promise<StoredEntry[]> {
    // Both keys are in one slot. A name that is gone meanwhile was given by another one who reads the same journal.
    const renaming = this.#redis.rename(redisKeys.journalCopy(roomId), redisKeys.journal(roomId));
    await renaming.catch((error: unknown) => {
      if (!(error instanceof Error && error.message.includes('no such key'))) unavailable(error);
    });
    return await this.#stored(roomId);
  }

  /** Id of the newest entry that another region has copied here; null: none. */
  async #newestCopied(roomId: string): Promise<string | null> {
    const [newest] = await this.#redis
      .xrevrangeBuffer(redisKeys.journalCopy(roomId), '+', '-', 'COUNT', 1)
      .catch(unavailable);
    return newest === undefined ? null : newest[0].toString();
  }

  async #stored(roomId: string): Promise<StoredEntry[]> {
    const key = redisKeys.journal(roomId);
    const rows = await this.#redis
      .xrangeBuffer(key, '-', '+', 'COUNT', MOST_ENTRIES)
      .catch(unavailable);
    return rows.map(([id, fields]) => ({
      id: id.toString(),
      bytes: fields[1] ?? Buffer.alloc(0),
    }));
  }

  async #isOvertaken(roomId: string, epoch: number): Promise<boolean> {
    const key = redisKeys.journal(roomId);
    const newer = await this.#redis.xrangeBuffer(key, `${epoch + 1}-0`, '+', 'COUNT', 1);
    return newer.length > 0;
  }
}

interface StoredEntry {
  /** `<epoch>-<sequence>` */
  readonly id: string;
  readonly bytes: Buffer;
}

function isNext(id: string, next: string): boolean {
  const [epoch, sequence] = id.split('-');
  return next === `${epoch}-${Number(sequence) + 1}`;
}

/** @param other - null: there is none */
function isAfter(id: string, other: string | null): boolean {
  const [epoch = 0, sequence = 0] = id.split('-').map(Number);
  const [otherEpoch = 0, otherSequence = 0] = (other ?? '0-0').split('-').map(Number);
  return epoch === otherEpoch ? sequence > otherSequence : epoch > otherEpoch;
}

function unavailable(cause: unknown): never {
  throw new GameError('DIRECTORY_UNAVAILABLE', {}, { cause });
}

interface WriterDeps {
  readonly roomId: string;
  readonly epoch: number;
  readonly listener: JournalListener;
  readonly limits: RedisRoomJournalLimits;
  readonly batch: RedisJournalBatch;
  isOvertaken(): Promise<boolean>;
  onClose(): void;
}

class RedisJournalWriter implements JournalWriter {
  readonly #deps: WriterDeps;
  readonly #key: string;
  #sequence = 0;
  /** What is lost from before it does not matter. */
  #checkpointSequence = 0;
  #needsCheckpoint = true;
  /** Something that was handed over is not in the store, and no checkpoint since. */
  #hasLostEntries = false;
  #isOvertaken = false;
  #isClosed = false;
  #pendingEntries = 0;
  #pendingBytes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(deps: WriterDeps) {
    this.#deps = deps;
    this.#key = redisKeys.journal(deps.roomId);
  }

  get needsCheckpoint(): boolean {
    return this.#needsCheckpoint;
  }

  get pendingEntries(): number {
    return this.#pendingEntries;
  }

  append(entry: JournalEntry): void {
    if (!this.#needsCheckpoint) this.#hand(entry);
  }

  checkpoint(entry: JournalEntry): void {
    if (!this.#hand(entry)) return;
    this.#needsCheckpoint = false;
    this.#hasLostEntries = false;
  }

  handOver(): void {
    this.#deps.batch.handOver(this.#key);
  }

  async settled(): Promise<void> {
    if (this.#pendingEntries > 0) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const { roomId } = this.#deps;
    if (this.#isOvertaken) throw new GameError('LEASE_LOST', { roomId });
    if (this.#hasLostEntries && !this.#isClosed) {
      throw new GameError('DIRECTORY_UNAVAILABLE', { roomId });
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#deps.onClose();
    this.#wake();
  }

  /** The store may have lost what it acknowledged. */
  distrust(): void {
    this.#needsCheckpoint = true;
  }

  /** @returns whether it is on its way */
  #hand(entry: JournalEntry): boolean {
    if (this.#isClosed || this.#isOvertaken) return false;
    const { epoch, limits, batch } = this.#deps;
    const bytes = encodeJournalEntry(entry);
    const isFull =
      this.#pendingEntries >= limits.backlogEntries ||
      (this.#pendingEntries > 0 && this.#pendingBytes + bytes.length > limits.backlogBytes);
    if (isFull) {
      this.#lose();
      return false;
    }
    const sequence = this.#sequence++;
    if (entry.kind === 'checkpoint') this.#checkpointSequence = sequence;
    this.#pendingEntries++;
    this.#pendingBytes += bytes.length;
    batch.add({
      key: this.#key,
      id: `${epoch}-${sequence}`,
      bytes,
      expiresAfterMs: entry.kind === 'checkpoint' ? EXPIRES_AFTER_MS : null,
      isWanted: () => !this.#isClosed && !this.#isOvertaken,
      done: (outcome) => {
        if (outcome === 'stored') this.#ended(bytes.length);
        else void this.#followUp(outcome, sequence, bytes.length);
      },
    });
    return true;
  }

  async #followUp(outcome: WriteOutcome, sequence: number, bytes: number): Promise<void> {
    const isLost = outcome === 'failed' || !(await this.#isFenced());
    if (isLost && sequence >= this.#checkpointSequence) this.#lose();
    this.#ended(bytes);
  }

  #ended(bytes: number): void {
    this.#pendingEntries--;
    this.#pendingBytes -= bytes;
    if (this.#pendingEntries === 0) this.#wake();
  }

  /** Refused by a newer owner; or, after a reconnect, because Redis had it already and the answer was lost. */
  async #isFenced(): Promise<boolean> {
    if (this.#isClosed || this.#isOvertaken) return true;
    // Redis that does not answer now tells with the next entry.
    const isOvertaken = await this.#deps.isOvertaken().catch(() => false);
    if (isOvertaken && !this.#isOvertaken && !this.#isClosed) {
      this.#isOvertaken = true;
      this.#needsCheckpoint = true;
      this.#deps.listener.ownershipLost();
    }
    return isOvertaken;
  }

  #lose(): void {
    this.#needsCheckpoint = true;
    this.#hasLostEntries = true;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
