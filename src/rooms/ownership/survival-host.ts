import type { Room as ColyseusRoom } from '@colyseus/core';
import type { NodeLease } from '../../cluster/node-lease.ts';
import type { RoomDirectory } from '../../cluster/room-directory.ts';
import type { RoomsConfig } from '../../config/play-config.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Durability, WhenIsolated } from '../durability.ts';
import type { RestoreCounts } from '../failover/restore-counts.ts';
import type { RevivalClaim, Revivals } from '../failover/revival.ts';
import type { ClientInternals } from '../guards/room-internals.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';
import type { RoomJournal } from '../journal/room-journal.ts';
import type { RoomStateKeeper } from '../journal/room-state-keeper.ts';

// What a room needs around it to outlive its process: of its node, and of itself.

/** Whether a room may have gone to another region, when this one could not be heard. */
export interface RoomIsolation {
  /** Called before every step. */
  mayPlay(roomId: string): boolean;
  /** A room is new here: nobody else knows it. */
  began(roomId: string): void;
  ended(roomId: string): void;
}

/** What the node gives every room for this. */
export interface SurvivalServices {
  readonly lease: NodeLease;
  /** Null: no region takes this one's rooms. */
  readonly isolation: RoomIsolation | null;
  readonly directory: RoomDirectory;
  readonly journal: RoomJournal;
  readonly revivals: Revivals;
  /** Outlives the instances of a room. */
  readonly restores: RestoreCounts;
  /** Makes the room anew from its journal, here, after `release`. */
  readonly restoreInPlace: (room: Pick<RevivalClaim, 'roomId' | 'roomName' | 'handled'>) => void;
  readonly processId: () => string;
  readonly publicAddress: () => string | null;
  readonly metrics: SurvivalMetrics;
}

export interface SurvivalMetrics {
  journalWritten(room: string, kind: JournalEntry['kind'], bytes: number): void;
  roomFrozen(room: string, reason: 'move' | 'ownership-lost' | 'restore'): void;
}

/** The room's own side. */
export interface SurvivalHost {
  readonly room: ColyseusRoom & {
    readonly durability: Durability;
    readonly whenIsolated: WhenIsolated;
    onCheckpoint?(): unknown;
    onRestore?(data: unknown): void | Promise<void>;
    onRelease?(): void;
  };
  readonly state: RoomStateKeeper;
  readonly config: RoomsConfig;
  readonly log: () => Logger;
  readonly services: SurvivalServices;
  stopLoop(): void;
  wake(): void;
  /** What a client is told of how its inputs may come, as a section of the JOIN frame. */
  inputSection(): Uint8Array;
  /** Whether the last step went through. */
  isSound(): boolean;
  /** Sends what has been done to the clients, and to the journal. */
  flush(): void;
  /** A frame that was put aside. @param arrivedAtMs - `performance.now()` of then: limits count it there */
  read(client: ClientInternals, frame: Buffer, arrivedAtMs: number): void;
}
