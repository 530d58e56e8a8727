import type { JournalEntry } from './journal-entry.ts';

// Where a room's journal is kept: one checkpoint and the patches since. Entries carry the epoch of the owner who wrote them;
// a store refuses an epoch older than the newest it has seen, so two owners never both write.

/** What a room needs to come back, in order. */
export interface JournalRecord {
  /** The newest checkpoint, then every patch after it. */
  readonly entries: readonly JournalEntry[];
  /** As stored, all together. */
  readonly sizeBytes: number;
}

/** The pen of one owner. Appends are ordered and do not wait; `settled()` does. */
export interface JournalWriter {
  /** A patch since the last entry. Dropped while `needsCheckpoint`. */
  append(entry: JournalEntry): void;
  /** The whole room; what came before is forgotten. */
  checkpoint(entry: JournalEntry): void;
  /** An entry was lost (the store was away or full): only a checkpoint makes the journal whole again. */
  readonly needsCheckpoint: boolean;
  /** Entries handed over and not yet acknowledged by the store. */
  readonly pendingEntries: number;
  /** What was written so far leaves this process now, if it waits for more to go with it. */
  handOver(): void;
  /** Resolves when all that was handed over is stored. @throws {GameError} `LEASE_LOST`, `DIRECTORY_UNAVAILABLE` */
  settled(): Promise<void>;
  /** No more writes; pending ones are dropped. */
  close(): void;
}

export interface JournalListener {
  /** The store knows a newer epoch: this node is not the owner any more. */
  ownershipLost(): void;
}

export interface RoomJournal {
  /** A writer for the room under `epoch`; its first entry must be a checkpoint. */
  open(
    room: { readonly roomId: string; readonly epoch: number },
    listener: JournalListener,
  ): JournalWriter;
  /**
   * Everything needed to bring the room back; null when there is none.
   *
   * @throws {JournalError} `corrupt` when entries are torn, foreign or missing
   */
  read(roomId: string): Promise<JournalRecord | null>;
  /** The room ended under `epoch`; a newer owner's journal stays. */
  forget(room: { readonly roomId: string; readonly epoch: number }): Promise<void>;
}
