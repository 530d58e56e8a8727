import type { StateView } from '@colyseus/schema';
import type { JournalEntry } from './journal-entry.ts';
import type { StatePatch } from './room-recorder.ts';

/** The state side of a room's survival. */
export interface StateKeeper {
  /** Why a state of this kind cannot be journaled; null when it can. */
  obstacle(): string | null;
  /** Of the state's schema: equal in builds that can read each other. */
  schema(): string;
  /** From here on each flush leaves a patch to take. */
  startRecording(): void;
  /** What left with the last flush; null when nothing changed. */
  takePatch(): StatePatch | null;
  checkpoint(): {
    readonly bytes: Uint8Array;
    readonly nextRefId: number;
    readonly schema: string;
    readonly views: unknown;
  };
  /** Fills the room's state with what the journal says; objects get the ids they had. */
  revive(entries: readonly JournalEntry[], end: { readonly nextRefId: number }): void;
  /** Views by session, after `revive`. */
  reviveViews(history: readonly unknown[]): ReadonlyMap<string, StateView>;
}
