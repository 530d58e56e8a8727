import type { RoomClaim } from '../../cluster/room-directory.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { RoomSnapshot } from '../journal/journal-meta.ts';
import type { ProcessedCounts } from '../journal/seat-ledger.ts';

/** What the directory granted, as far as a revival needs it. */
export type RevivalClaim = Pick<RoomClaim, 'roomId' | 'roomName' | 'epoch'> & {
  /** What sessions have had processed and shall not send again, though the journal does not know it. */
  readonly handled?: ReadonlyMap<string, ProcessedCounts>;
};

/** A room that is about to be made again from its journal. */
export interface Revival {
  readonly claim: RevivalClaim;
  readonly snapshot: RoomSnapshot;
  readonly entries: readonly JournalEntry[];
  /** Takes why the room could not be made, as it was thrown. */
  readonly failed: (error: unknown) => void;
}

/**
 * Revivals under way, by room id. Colyseus makes a room by its class and options; the new room finds here that it is an old
 * one, before its `onCreate` runs.
 */
export class Revivals {
  readonly #byRoomId = new Map<string, Revival>();

  announce(revival: Revival): void {
    this.#byRoomId.set(revival.claim.roomId, revival);
  }

  /** Each revival is taken once. */
  take(roomId: string): Revival | undefined {
    const revival = this.#byRoomId.get(roomId);
    this.#byRoomId.delete(roomId);
    return revival;
  }
}
