import { GameError } from '../../errors/game-error.ts';
import { decodeJournalEntry, encodeJournalEntry, type JournalEntry } from './journal-entry.ts';
import type { JournalListener, JournalRecord, JournalWriter, RoomJournal } from './room-journal.ts';

interface StoredRoom {
  epoch: number;
  /** A checkpoint and the patches after it, as they would be stored. */
  entries: Buffer[];
}

/** Journals in this process's memory: rooms survive their owner, not the process. For tests and for nodes that are alone. */
export class MemoryRoomJournal implements RoomJournal {
  readonly #rooms = new Map<string, StoredRoom>();

  open(
    { roomId, epoch }: { readonly roomId: string; readonly epoch: number },
    listener: JournalListener,
  ): JournalWriter {
    return new MemoryJournalWriter(this.#rooms, roomId, epoch, listener);
  }

  async read(roomId: string): Promise<JournalRecord | null> {
    const entries = this.#rooms.get(roomId)?.entries;
    if (entries === undefined) return null;
    return {
      entries: entries.map(decodeJournalEntry),
      sizeBytes: entries.reduce((sum, bytes) => sum + bytes.length, 0),
    };
  }

  async forget({ roomId, epoch }: { readonly roomId: string; readonly epoch: number }) {
    if ((this.#rooms.get(roomId)?.epoch ?? 0) <= epoch) this.#rooms.delete(roomId);
  }
}

class MemoryJournalWriter implements JournalWriter {
  readonly pendingEntries = 0;
  readonly #rooms: Map<string, StoredRoom>;
  readonly #roomId: string;
  readonly #epoch: number;
  readonly #listener: JournalListener;
  #phase: 'new' | 'open' | 'lost' | 'closed' = 'new';

  constructor(
    rooms: Map<string, StoredRoom>,
    roomId: string,
    epoch: number,
    listener: JournalListener,
  ) {
    this.#rooms = rooms;
    this.#roomId = roomId;
    this.#epoch = epoch;
    this.#listener = listener;
  }

  get needsCheckpoint(): boolean {
    return this.#phase !== 'open' || this.#rooms.get(this.#roomId) === undefined;
  }

  append(entry: JournalEntry): void {
    if (this.#phase !== 'open' || this.#isFenced()) return;
    this.#rooms.get(this.#roomId)?.entries.push(encodeJournalEntry(entry));
  }

  checkpoint(entry: JournalEntry): void {
    if (this.#phase === 'lost' || this.#phase === 'closed' || this.#isFenced()) return;
    this.#phase = 'open';
    const entries = [encodeJournalEntry(entry)];
    this.#rooms.set(this.#roomId, { epoch: this.#epoch, entries });
  }

  handOver(): void {}

  async settled(): Promise<void> {
    if (this.#phase === 'lost') throw new GameError('LEASE_LOST', { roomId: this.#roomId });
  }

  close(): void {
    this.#phase = 'closed';
  }

  #isFenced(): boolean {
    if ((this.#rooms.get(this.#roomId)?.epoch ?? 0) <= this.#epoch) return false;
    this.#phase = 'lost';
    // Not from within the call, as no store could.
    queueMicrotask(() => this.#listener.ownershipLost());
    return true;
  }
}
