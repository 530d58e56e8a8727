import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { NodeCalls } from '../../cluster/node-calls.ts';
import type { NodeInfo } from '../../cluster/node-info.ts';
import type { RoomClaim, RoomDirectory } from '../../cluster/room-directory.ts';
import { GameError } from '../../errors/game-error.ts';
import type { MovedTo } from '../../protocol/moved.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { RoomReviver } from '../failover/room-reviver.ts';

// A room moves while its players play:
//
//   source: step, flush, freeze ─▶ last checkpoint stored ─▶ asks the target ─────────────▶ closes its sockets: "moved there"
//   target:                                                    take over (epoch+1) ─▶ revive ─▶ answers
//   client:                                                                                     dials the target, sends again
//                                                                                               what was not processed
//
// Who leaves for good while the room stands still has his seat in that checkpoint; the target is told, and ends it.
//
// The source owns the room until the target has taken it over. A target that cannot bring it to life (another build, say) leaves it
// to be taken back. If the target does not answer, the directory says who owns it: the source lets go, or goes on where it stopped,
// an epoch later, so that a take-over under way comes too late.

const TAKE_OVER = 'take-over-room';
const END_SEATS = 'end-seats';
const TAKE_OVER_TIMEOUT_MS = 3_000;
/** Pause before the directory is asked again. */
const ASK_AGAIN_MS = 250;
/** A room that the target could not bring to life, and that its source has not taken back by then, is written off. */
const TAKE_BACK_WITHIN_MS = 10_000;

const TakeOver = z.strictObject({
  roomId: z.string(),
  fromNodeId: z.string(),
  epoch: z.number().int(),
});

const EndSeats = z.strictObject({ roomId: z.string(), sessionIds: z.array(z.string()) });

/** A room that can be moved away. */
export interface MovableRoom {
  readonly roomId: string;
  /** Stops steps and messages, and flushes what has been done. */
  freeze(): void;
  /** The last checkpoint, on its way and stored. @throws when the store does not take it */
  storeLastCheckpoint(): Promise<void>;
  /** Goes on as if nothing had been. @param epoch - under which the room is owned from now on, when it is another one */
  thaw(epoch?: number): void;
  /**
   * Lives elsewhere now: players are sent there, nothing of it is saved or cleaned up in the directory.
   *
   * @returns sessions of players who left for good while it stood still: their seats have gone along
   */
  release(to: MovedTo): readonly string[];
}

export interface MoverDeps {
  readonly nodeId: string;
  readonly directory: RoomDirectory;
  readonly calls: NodeCalls;
  readonly reviver: RoomReviver;
  readonly log: Logger;
  /** Whether this node takes rooms that others move here. */
  readonly takesRooms: () => boolean;
  /** Ends seats that a room of this node holds for players who have left for good. */
  readonly endSeats: (roomId: string, sessionIds: readonly string[]) => void;
}

export class RoomMover {
  readonly #deps: MoverDeps;

  /** Also answers other nodes that want to move rooms here. */
  constructor(deps: MoverDeps) {
    this.#deps = deps;
    deps.calls.handle(TAKE_OVER, async (payload: unknown) => {
      await this.#takeOver(TakeOver.parse(payload));
      return {};
    });
    deps.calls.handle(END_SEATS, (payload: unknown) => {
      const { roomId, sessionIds } = EndSeats.parse(payload);
      deps.endSeats(roomId, sessionIds);
      return {};
    });
  }

  /** @returns whether the room now lives on `target`; when not, it plays on here, unless it was lost to another node */
  async move(room: MovableRoom, target: NodeInfo): Promise<boolean> {
    const { directory, calls, log, nodeId } = this.#deps;
    const { roomId } = room;
    const epoch = directory.epochOf(roomId);
    if (epoch === undefined) return false;
    const to: MovedTo = { processId: target.nodeId, publicAddress: target.publicAddress };
    room.freeze();
    try {
      await room.storeLastCheckpoint();
    } catch (error) {
      log.warn({ err: error, roomId }, 'a room was not moved: its last checkpoint is not stored');
      room.thaw();
      return false;
    }
    try {
      const request = { roomId, fromNodeId: nodeId, epoch };
      await calls.request(target.nodeId, TAKE_OVER, request, { timeoutMs: TAKE_OVER_TIMEOUT_MS });
    } catch (error) {
      log.warn({ err: error, roomId, target: target.nodeId }, 'a room was not moved');
      const hasFailed = error instanceof GameError && error.code === 'ROOM_LOST';
      return await this.#settle(room, to, hasFailed);
    }
    this.#letGo(room, to);
    return true;
  }

  /**
   * A room that was claimed here and does not come to life here: asks others to take it over, one after the other.
   *
   * @returns whether it lives on one of them
   */
  async passOn(
    { roomId, epoch }: Pick<RoomClaim, 'roomId' | 'epoch'>,
    targets: readonly NodeInfo[],
  ): Promise<boolean> {
    const { directory, calls, log, nodeId } = this.#deps;
    for (const { nodeId: target, build } of targets) {
      try {
        const request = { roomId, fromNodeId: nodeId, epoch };
        await calls.request(target, TAKE_OVER, request, { timeoutMs: TAKE_OVER_TIMEOUT_MS });
        directory.letGo(roomId);
        log.info({ event: 'room-passed-on', roomId, target, build }, 'a room lives in its build');
        return true;
      } catch (error) {
        log.warn({ err: error, roomId, target, build }, 'another build did not take a room either');
      }
    }
    return false;
  }

  /**
   * The target failed or did not answer: whose is the room?
   *
   * @param hasFailed - it said that it cannot bring the room to life
   */
  async #settle(room: MovableRoom, to: MovedTo, hasFailed: boolean): Promise<boolean> {
    for (;;) {
      try {
        return await this.#askWhoseItIs(room, to, hasFailed);
      } catch (error) {
        // Nobody may act until that is known: the target may have taken it over just before Redis went away.
        this.#deps.log.warn(
          { err: error, roomId: room.roomId },
          'the owner of a room is not known',
        );
        await sleep(ASK_AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  async #askWhoseItIs(room: MovableRoom, to: MovedTo, hasFailed: boolean): Promise<boolean> {
    const { directory, nodeId } = this.#deps;
    const { roomId } = room;
    const place = await directory.locate(roomId);
    const isThere = place.kind === 'owned' && place.nodeId === to.processId;
    if (isThere && !hasFailed) {
      this.#letGo(room, to);
      return true;
    }
    const epoch = isThere
      ? (await directory.takeOver({ roomId, fromNodeId: place.nodeId, epoch: place.epoch }))?.epoch
      : await directory.nextEpoch(roomId);
    if (typeof epoch === 'number') room.thaw(epoch);
    // Whose it is now, players find out by asking.
    else room.release({ processId: nodeId, publicAddress: null });
    return false;
  }

  /** It lives there. */
  #letGo(room: MovableRoom, to: MovedTo): void {
    const { directory, calls, log } = this.#deps;
    const { roomId } = room;
    directory.letGo(roomId);
    const sessionIds = room.release(to);
    if (sessionIds.length === 0) return;
    calls.request(to.processId, END_SEATS, { roomId, sessionIds }).catch((error: unknown) => {
      log.debug({ err: error, roomId }, 'seats of players who have left are held for a while');
    });
  }

  async #takeOver(request: z.infer<typeof TakeOver>): Promise<void> {
    const { directory, reviver, takesRooms } = this.#deps;
    const { roomId } = request;
    if (!takesRooms()) throw new GameError('SHUTTING_DOWN', { roomId });
    const claim = await directory.takeOver(request);
    if (claim === null) throw new GameError('LEASE_LOST', { roomId });
    const outcome = await reviver.attempt(claim);
    if (outcome === 'revived') return;
    const reason = outcome === 'unavailable' ? 'restore-failed' : outcome;
    setTimeout(() => void reviver.giveUp(claim, reason), TAKE_BACK_WITHIN_MS).unref();
    throw new GameError('ROOM_LOST', { roomId, reason });
  }
}
