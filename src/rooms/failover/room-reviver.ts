import { setTimeout as sleep } from 'node:timers/promises';
import type { Room as ColyseusRoom } from '@colyseus/core';
import type { LostReason, RoomDirectory } from '../../cluster/room-directory.ts';
import { GameError } from '../../errors/game-error.ts';
import { within } from '../../shared/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { JournalError } from '../journal/journal-entry.ts';
import { foldMeta } from '../journal/journal-meta.ts';
import type { JournalRecord, RoomJournal } from '../journal/room-journal.ts';
import type { RevivalClaim, Revivals } from './revival.ts';
import { RevivalError } from './revival-error.ts';

/** Makes a room of a class under a given id, on this node. */
export interface RoomMaker {
  /** @throws when there is no such class, or its `onCreate` failed */
  makeRoom(roomName: string, options: unknown, roomId: string): Promise<ColyseusRoom>;
}

export interface RevivalMetrics {
  /** @param outcome - `revived` or why not */
  roomRevived(room: string, outcome: 'revived' | LostReason): void;
}

export interface ReviverDeps {
  readonly maker: RoomMaker;
  readonly directory: RoomDirectory;
  readonly journal: RoomJournal;
  readonly revivals: Revivals;
  readonly metrics: RevivalMetrics;
  readonly log: Logger;
  /** How long a room must run until a death of its node is not its fault. */
  readonly trialMs: number;
  /** Gives a room that this build cannot bring back to a node of another one. @returns whether it lives there */
  readonly passOn: (claim: RevivalClaim) => Promise<boolean>;
}

/** `unavailable`: the directory or the journal could not be asked. */
export type RevivalOutcome = 'revived' | 'unavailable' | LostReason;

/** What another build may know better: a class or a state that this one has not, or code that fails here. */
const MAY_BE_OTHERS: readonly RevivalOutcome[] = ['schema-unknown', 'restore-failed'];

/** Pause between tries while the store is away. */
const RETRY_MS = 250;
/**
 * A game whose `onCreate` or `onRestore` hangs must not keep the rooms behind it from coming back. As long as seats are held: on a
 * machine that is too busy everything takes long, and a room that is written off for it is gone.
 */
const MAKE_TIMEOUT_MS = 30_000;

/**
 * Brings one claimed room back: same id, same seats, same objects, the clock gone on.
 *
 *   claim (epoch n+1) ─▶ read journal ─▶ class, onCreate ─▶ state ─▶ onRestore ─▶ checkpoint (fences epoch n) ─▶ seats wait
 *         ├── store away: tried again, recovering until then
 *         ├── of another build: a node of that takes it over (epoch n+2)
 *         └── anything else wrong: the room is written off with a reason, whoever asks is told, nothing half-restored is left
 */
export class RoomReviver {
  readonly #deps: ReviverDeps;

  constructor(deps: ReviverDeps) {
    this.#deps = deps;
  }

  /**
   * Never throws: a room that cannot be brought back is marked lost. While the store is away it is tried again, for as long
   * as the room is this node's.
   *
   * @returns whether it lives here
   */
  async revive(claim: RevivalClaim): Promise<boolean> {
    const { directory } = this.#deps;
    const isOurs = () => directory.epochOf(claim.roomId) === claim.epoch;
    for (;;) {
      const outcome = await this.attempt(claim);
      if (outcome === 'revived') return true;
      if (!isOurs()) return false;
      if (MAY_BE_OTHERS.includes(outcome) && (await this.#deps.passOn(claim))) return false;
      if (outcome !== 'unavailable') {
        await this.giveUp(claim, outcome);
        return false;
      }
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  /** Tries once, and leaves the room claimed. @returns `unavailable` when the store was, and another try may go well */
  async attempt(claim: RevivalClaim): Promise<RevivalOutcome> {
    const { directory, metrics, log } = this.#deps;
    const { roomId, roomName, epoch } = claim;
    const startedMs = performance.now();
    try {
      const [record] = await Promise.all([
        this.#deps.journal.read(roomId),
        directory.trialBegan(roomId),
      ]);
      await this.#make(claim, record);
      this.#endTrialLater(roomId);
      metrics.roomRevived(roomName, 'revived');
      const tookMs = Math.round(performance.now() - startedMs);
      log.info({ event: 'room-revived', room: roomName, roomId, epoch, tookMs }, 'room revived');
      return 'revived';
    } catch (error) {
      const outcome = outcomeOf(error);
      const line = { err: error, room: roomName, roomId, epoch, outcome };
      if (outcome === 'unavailable') log.warn(line, 'a room cannot be brought back now');
      else log.error(line, 'a room cannot be brought back');
      directory.revivalFailed(roomId);
      await directory.trialEnded(roomId).catch(() => {});
      return outcome;
    }
  }

  /** Writes the room off, unless it is another's by now. */
  async giveUp({ roomId, roomName, epoch }: RevivalClaim, reason: LostReason): Promise<void> {
    const { directory, metrics, log } = this.#deps;
    if (directory.epochOf(roomId) !== epoch) return;
    const place = await directory.locate(roomId).catch(() => null);
    if (place?.kind !== 'owned' || place.epoch === epoch) {
      metrics.roomRevived(roomName, reason);
      log.error({ event: 'room-lost', room: roomName, roomId, epoch, reason }, 'room lost');
    }
    // Refused when it is another's, and forgotten here in any case.
    await directory.markLost(roomId, reason).catch((raised: unknown) => {
      log.warn({ err: raised, roomId }, 'the directory was not told of a lost room');
    });
  }

  async #make(claim: RevivalClaim, record: JournalRecord | null): Promise<void> {
    const { revivals, maker } = this.#deps;
    if (record === null)
      throw new RevivalError('The room has no journal.', { reason: 'not-durable' });
    const folded = foldMeta(record.entries);
    const seats = folded.seats.map((seat) => ({ ...seat, ...claim.handled?.get(seat.sessionId) }));
    const snapshot = { ...folded, seats };
    const failed = Promise.withResolvers<never>();
    const { entries } = record;
    revivals.announce({ claim, snapshot, entries, failed: failed.reject });
    const making = maker.makeRoom(snapshot.roomName, snapshot.options ?? {}, claim.roomId);
    try {
      // What the room says of its failure first: Colyseus passes on the words only.
      const made = await within(Promise.race([failed.promise, making]), MAKE_TIMEOUT_MS);
      if (made === 'late') {
        throw new RevivalError(`It was not made within ${MAKE_TIMEOUT_MS} ms.`, {
          reason: 'restore-failed',
        });
      }
    } finally {
      revivals.take(claim.roomId);
      failed.promise.catch(() => {});
      making.catch(() => {});
    }
  }

  #endTrialLater(roomId: string): void {
    const { directory, trialMs, log } = this.#deps;
    setTimeout(() => {
      directory.trialEnded(roomId).catch((error: unknown) => {
        log.debug({ err: error, roomId }, 'a trial was not ended; once more');
        this.#endTrialLater(roomId);
      });
    }, trialMs).unref();
  }
}

function outcomeOf(error: unknown): LostReason | 'unavailable' {
  if (error instanceof RevivalError) return error.reason;
  if (error instanceof JournalError) {
    return error.fault === 'foreign-version' ? 'schema-unknown' : 'journal-corrupt';
  }
  const isAway = error instanceof GameError && error.code === 'DIRECTORY_UNAVAILABLE';
  return isAway ? 'unavailable' : 'restore-failed';
}
