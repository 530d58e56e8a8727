import type { Logger } from '../../telemetry/logger.ts';
import type { Durability } from '../durability.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { CheckpointMeta, ListingRecord, PatchMeta } from './journal-meta.ts';
import type { JournalListener, JournalWriter, RoomJournal } from './room-journal.ts';
import type { SeatLedger } from './seat-ledger.ts';

// Writes one room's journal:
//
//   flush ──▶ patch (what changed: state, seats, counts, timers, views)         durability 'journal'
//   every checkpointIntervalMs, or when the patches grew large ──▶ checkpoint   'checkpoint' and 'journal'
//   a seat is taken, held or given up ──▶ patch at once, or checkpoint: a token is on its way as soon as its client has it
//   the match has changed ──▶ the same
//
// Nothing waits for the store; a store that is away costs patches, and a checkpoint as soon as it is back.

/** What the recorder asks its room. */
export interface RecordedRoom {
  readonly roomId: string;
  readonly roomName: string;
  /** Whether the state is whole: no step has failed half way. */
  isSound(): boolean;
  /** The region's clock. */
  clusterMs(): number;
  roomMs(): number;
  listing(): ListingRecord;
  /** What the game adds to a checkpoint; may throw. */
  gameData(): unknown;
  timers(): Readonly<Record<string, number>>;
  timerChanges(): Readonly<Record<string, number>> | null;
  /** The whole state, what views hide included; may throw. */
  state(): {
    readonly bytes: Uint8Array;
    readonly nextRefId: number;
    readonly schema: string;
    readonly views: unknown;
  };
}

/** State that leaves with a flush. */
export interface StatePatch {
  readonly bytes: Uint8Array;
  readonly nextRefId: number;
  /** Views that changed; undefined when none did. */
  readonly views?: unknown;
}

export interface RecorderLimits {
  readonly checkpointIntervalMs: number;
  readonly journalMaxBytes: number;
}

export interface RecorderDeps {
  readonly journal: RoomJournal;
  readonly ledger: SeatLedger;
  readonly limits: RecorderLimits;
  readonly log: Logger;
  readonly metrics: {
    journalWritten(room: string, kind: JournalEntry['kind'], bytes: number): void;
  };
}

/** A checkpoint that could not be made is tried again after this. */
const RETRY_MS = 250;

export class RoomRecorder {
  readonly #room: RecordedRoom;
  readonly #deps: RecorderDeps;
  readonly #durability: Durability;
  readonly #writer: JournalWriter;
  #options: unknown;
  /** The journal has older ones. */
  #areOptionsChanged = false;
  #nextRefId = 0;
  #patchBytes = 0;
  #checkpointDueMs = 0;
  #isClosed = false;

  /** @param options.created - what the room was created with */
  constructor(
    room: RecordedRoom,
    deps: RecorderDeps,
    options: {
      readonly epoch: number;
      readonly durability: Durability;
      readonly created: unknown;
      readonly listener: JournalListener;
    },
  ) {
    this.#room = room;
    this.#deps = deps;
    this.#durability = options.durability;
    this.#options = options.created;
    this.#writer = deps.journal.open(
      { roomId: room.roomId, epoch: options.epoch },
      options.listener,
    );
  }

  /** Call in each flush, before its changes are discarded. @param patch - gives null when no state changed */
  flushed(patch: () => StatePatch | null): void {
    if (this.#isClosed) return;
    const nowMs = this.#room.clusterMs();
    if (nowMs >= this.#checkpointDueMs || this.#isLarge()) this.checkpoint();
    else if (this.#durability === 'journal') this.#append(patch(), { isFlush: true, nowMs });
  }

  /** Before the next flush reaches players: a crash may cost that one, never the one before it as well. */
  handOver(): void {
    this.#writer.handOver();
  }

  /** What the room would be made of: written at once. */
  optionsChanged(options: unknown): void {
    this.#options = options;
    this.#areOptionsChanged = true;
    this.seatsChanged();
  }

  /** A seat changed hands: written at once. */
  seatsChanged(): void {
    if (this.#isClosed) return;
    if (this.#durability === 'checkpoint') this.checkpoint();
    // Not now: changes that wait for the flush would be in the checkpoint, and in the patch after it.
    else if (this.#writer.needsCheckpoint) this.#checkpointDueMs = 0;
    else this.#append(null, { isFlush: false, nowMs: this.#room.clusterMs() });
  }

  /**
   * Writes the whole room. When its game data or state cannot be had, the journal goes on from the checkpoint before.
   *
   * @returns whether it was written
   */
  checkpoint(): boolean {
    if (this.#isClosed) return false;
    const room = this.#room;
    if (!room.isSound()) {
      this.renew();
      return false;
    }
    const { limits, log } = this.#deps;
    try {
      const entry = this.#makeCheckpoint();
      this.#writer.checkpoint(entry);
      this.#patchBytes = 0;
      this.#checkpointDueMs = room.clusterMs() + limits.checkpointIntervalMs;
      this.#deps.metrics.journalWritten(room.roomName, 'checkpoint', entry.state.length);
      return true;
    } catch (error) {
      this.#checkpointDueMs = room.clusterMs() + RETRY_MS;
      log.error({ err: error }, 'no checkpoint could be made');
      return false;
    }
  }

  /** The next flush writes the whole room: the store may have lost what it had. */
  renew(): void {
    this.#checkpointDueMs = 0;
  }

  /** @throws {GameError} `LEASE_LOST`, `DIRECTORY_UNAVAILABLE` */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  close(): void {
    this.#isClosed = true;
    this.#writer.close();
  }

  /**
   * @param when.isFlush - the room is at the end of a turn, and `patch` all that has changed (null: no state)
   * @param when.nowMs - of the region's clock
   */
  #append(
    patch: StatePatch | null,
    { isFlush, nowMs }: { readonly isFlush: boolean; readonly nowMs: number },
  ): void {
    if (this.#writer.needsCheckpoint) {
      this.#checkpointDueMs = Math.min(this.#checkpointDueMs, nowMs + RETRY_MS);
      return;
    }
    if (patch !== null) this.#nextRefId = patch.nextRefId;
    // Timers that fired and messages that were processed have changed the state: they are written with it, or not yet.
    const timers = isFlush ? this.#room.timerChanges() : null;
    const meta: PatchMeta = {
      ...this.#deps.ledger.changes({ isWithState: isFlush }),
      ...(this.#areOptionsChanged ? { options: this.#options } : {}),
      ...(timers === null ? {} : { timers: { ...timers } }),
      ...(patch?.views === undefined ? {} : { views: patch.views }),
    };
    this.#areOptionsChanged = false;
    const state = patch?.bytes ?? NO_STATE;
    if (state.length === 0 && Object.keys(meta).length === 0) return;
    this.#writer.append(this.#entry('patch', { meta, state, nowMs }));
    this.#patchBytes += state.length;
    this.#deps.metrics.journalWritten(this.#room.roomName, 'patch', state.length);
  }

  #makeCheckpoint(): JournalEntry {
    const room = this.#room;
    const { ledger } = this.#deps;
    this.#areOptionsChanged = false;
    const nowMs = room.clusterMs();
    ledger.sweep(nowMs);
    const game = room.gameData();
    const { bytes, nextRefId, schema, views } = room.state();
    this.#nextRefId = nextRefId;
    const meta: CheckpointMeta = {
      roomName: room.roomName,
      schema,
      options: this.#options ?? null,
      listing: room.listing(),
      ...ledger.snapshot(),
      timers: { ...room.timers() },
      ...(views === undefined ? {} : { views }),
      ...(game === undefined ? {} : { game }),
    };
    return this.#entry('checkpoint', { meta, state: bytes, nowMs });
  }

  #isLarge(): boolean {
    return this.#patchBytes > this.#deps.limits.journalMaxBytes;
  }

  #entry(
    kind: JournalEntry['kind'],
    content: {
      readonly meta: CheckpointMeta | PatchMeta;
      readonly state: Uint8Array;
      readonly nowMs: number;
    },
  ): JournalEntry {
    const { meta, state, nowMs } = content;
    return {
      kind,
      atMs: nowMs,
      elapsedMs: this.#room.roomMs(),
      nextRefId: this.#nextRefId,
      meta: meta as Record<string, unknown>,
      state,
    };
  }
}

const NO_STATE = new Uint8Array(0);
