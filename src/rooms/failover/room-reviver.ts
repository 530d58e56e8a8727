import type { Room as ColyseusRoom } from '@colyseus/core';
import type { LostReason, RoomDirectory } from '../../cluster/room-directory.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { JournalError } from '../journal/journal-entry.ts';
import { foldMeta } from '../journal/journal-meta.ts';
import type { RoomJournal } from '../journal/room-journal.ts';
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
}

/**
 * Brings one claimed room back: same id, same seats, same objects, the clock gone on.
 *
 *   claim (epoch n+1) ─▶ read journal ─▶ class, onCreate ─▶ state ─▶ onRestore ─▶ checkpoint (fences epoch n) ─▶ seats wait
 *         └── anything wrong: the room is written off with a reason, whoever asks is told, nothing half-restored is left
 */
export class RoomReviver {
  readonly #deps: ReviverDeps;

  constructor(deps: ReviverDeps) {
    this.#deps = deps;
  }

  /** Never throws: a room that cannot be brought back is marked lost. @returns whether it lives */
  async revive(claim: RevivalClaim): Promise<boolean> {
    const { directory, metrics, log } = this.#deps;
    const { roomId, roomName, epoch } = claim;
    const startedMs = performance.now();
    try {
      await directory.trialBegan(roomId);
      await this.#make(claim);
      this.#endTrialLater(roomId);
      metrics.roomRevived(roomName, 'revived');
      const tookMs = Math.round(performance.now() - startedMs);
      log.info({ event: 'room-revived', room: roomName, roomId, epoch, tookMs }, 'room revived');
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      log.error({ err: error, room: roomName, roomId, epoch, reason }, 'room lost');
      metrics.roomRevived(roomName, reason);
      await directory.trialEnded(roomId).catch(() => {});
      await directory.markLost(roomId, reason).catch((raised: unknown) => {
        log.warn({ err: raised, roomId }, 'the directory was not told of a lost room');
      });
      return false;
    }
  }

  async #make(claim: RevivalClaim): Promise<void> {
    const { journal, revivals, maker } = this.#deps;
    const record = await journal.read(claim.roomId);
    if (record === null)
      throw new RevivalError('The room has no journal.', { reason: 'not-durable' });
    const snapshot = foldMeta(record.entries);
    revivals.announce({ claim, snapshot, entries: record.entries });
    try {
      await maker.makeRoom(snapshot.roomName, snapshot.options ?? {}, claim.roomId);
    } finally {
      revivals.take(claim.roomId);
    }
  }

  #endTrialLater(roomId: string): void {
    const { directory, trialMs, log } = this.#deps;
    setTimeout(() => {
      directory.trialEnded(roomId).catch((error: unknown) => {
        log.debug({ err: error, roomId }, 'a trial was not ended; the next one is');
      });
    }, trialMs).unref();
  }
}

function reasonOf(error: unknown): LostReason {
  if (error instanceof RevivalError) return error.reason;
  if (error instanceof JournalError) {
    return error.fault === 'foreign-version' ? 'schema-unknown' : 'journal-corrupt';
  }
  // Colyseus wraps what onCreate threw.
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? 'restore-failed' : reasonOf(cause);
}
