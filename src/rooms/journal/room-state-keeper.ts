import type { Room as ColyseusRoom } from '@colyseus/core';
import type { Schema, StateView } from '@colyseus/schema';
import type { EncodeScratch } from '../flow/encode-scratch.ts';
import type { FlushRecorder } from '../flow/patch-serializer.ts';
import type { JournalEntry } from './journal-entry.ts';
import { journalObstacle } from './journal-obstacle.ts';
import { reviveState, settleRevivedState } from './revive-state.ts';
import type { StatePatch } from './room-recorder.ts';
import type { AnyEncoder } from './schema-internals.ts';
import { stateFingerprint } from './state-fingerprint.ts';
import { StateRecorder } from './state-recorder.ts';
import { type DerivedSight, reviveViews, ViewRecorder, type ViewsRecord } from './view-recorder.ts';

/** Of rooms whose serializer keeps a schema state. */
interface StatefulRoom {
  state: Schema | undefined;
  readonly clients: Iterable<{ readonly sessionId: string; readonly view?: StateView }>;
  readonly _serializer: {
    readonly encoder?: AnyEncoder;
    /** Of rooms with interest. */
    readonly derivedSight?: DerivedSight | null;
    recorder?: FlushRecorder | null;
  };
}

/** The room's side of its state keeper. */
export interface KeeperHost {
  /** Clients that are away and keep their seats. */
  away(): Iterable<{ readonly sessionId: string; readonly view?: StateView }>;
  /** The state is another object than at the last checkpoint. */
  replaced(): void;
  /** Takes what went wrong while a flush was taken down. */
  fault(error: unknown): void;
}

/** Told of each flush, before the encoder forgets what changed. @param patch - makes the bytes, when they are wanted */
export type FlushListener = (patch: () => StatePatch | null) => void;

/** The state of one room, as its journal wants it and gives it back. */
export class RoomStateKeeper implements FlushRecorder {
  readonly #room: StatefulRoom;
  readonly #scratch: EncodeScratch;
  readonly #host: KeeperHost;
  readonly #views = new ViewRecorder();
  #recorder: StateRecorder | undefined;
  #onFlush: FlushListener | null = null;
  #handOver: () => void = () => {};

  constructor(room: ColyseusRoom, scratch: EncodeScratch, host: KeeperHost) {
    this.#room = room as unknown as StatefulRoom;
    this.#scratch = scratch;
    this.#host = host;
  }

  /** Why this state cannot be journaled, for the developer of the game; null when it can. */
  obstacle(): string | null {
    const { state, _serializer: serializer } = this.#room;
    if (state === undefined || serializer.encoder === undefined) {
      return 'A durable room needs a schema state: set `state` in the class or in onCreate.';
    }
    return journalObstacle(state);
  }

  /** Of the state's schema: equal in builds that can read each other. */
  fingerprint(): string {
    return this.#room.state === undefined ? '' : stateFingerprint(this.#room.state);
  }

  /** @param handOver - see `FlushRecorder` */
  startRecording(onFlush: FlushListener, handOver: () => void): void {
    this.#recorder = new StateRecorder(() => this.#encoder, this.#scratch);
    this.#onFlush = onFlush;
    this.#handOver = handOver;
    this.#room._serializer.recorder = this;
  }

  /** What a serializer of this room reports to; null while nothing is recorded. */
  get recorder(): FlushRecorder | null {
    return this.#onFlush === null ? null : this;
  }

  handOver(): void {
    this.#handOver();
  }

  /** Called by the serializer in every flush, before changes are discarded. @param shared - what clients without a view get */
  record(shared: Uint8Array | null): void {
    try {
      // The room's state is another object: patches of it mean nothing to the last checkpoint.
      if (this.#recorder?.needsCheckpoint) this.#host.replaced();
      this.#onFlush?.(() => this.#patch(shared));
    } catch (error) {
      // The flush goes on; the journal has a gap, which the next checkpoint closes.
      this.#host.fault(error);
    }
  }

  /** The whole room state; no changes are pending, or it stands in place of a patch. */
  checkpoint() {
    const recorder = this.#recorder as StateRecorder;
    return {
      bytes: recorder.checkpoint(),
      nextRefId: recorder.nextRefId,
      schema: this.fingerprint(),
      views: this.#views.checkpoint(
        this.#encoder.root,
        this.#currentViews(),
        this.#room._serializer.derivedSight ?? null,
      ),
    };
  }

  /**
   * Fills the room's state with what the journal says: same objects, same ids.
   *
   * @throws {JournalError} `corrupt`
   */
  revive(entries: readonly JournalEntry[]): void {
    const room = this.#room;
    const revived = reviveState(room.state as Schema, entries);
    // Taken anew: a new encoder, which keeps the ids that objects have.
    room.state = room.state as Schema;
    settleRevivedState(this.#encoder, revived, this.#scratch);
  }

  /** Views by session, as the journal says. After `revive`. */
  reviveViews(records: readonly unknown[]): ReadonlyMap<string, StateView> {
    return reviveViews(this.#encoder.root, records as readonly ViewsRecord[]);
  }

  #patch(shared: Uint8Array | null): StatePatch | null {
    const recorder = this.#recorder as StateRecorder;
    const bytes = recorder.patch(shared);
    const views = this.#encoder.context.hasFilters
      ? this.#views.changes(
          this.#encoder.root,
          this.#currentViews(),
          this.#room._serializer.derivedSight ?? null,
        )
      : null;
    if (bytes.length === 0 && views === null) return null;
    const { nextRefId } = recorder;
    return views === null ? { bytes, nextRefId } : { bytes, nextRefId, views };
  }

  #currentViews(): ReadonlyMap<string, StateView> {
    const views = new Map<string, StateView>();
    for (const { sessionId, view } of this.#host.away()) {
      if (view !== undefined) views.set(sessionId, view);
    }
    for (const { sessionId, view } of this.#room.clients) {
      if (view !== undefined) views.set(sessionId, view);
    }
    return views;
  }

  get #encoder(): AnyEncoder {
    return this.#room._serializer.encoder as AnyEncoder;
  }
}
