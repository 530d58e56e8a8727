import { z } from 'zod';
import type { NodeCalls } from '../../cluster/node-calls.ts';
import type { NodeInfo } from '../../cluster/node-info.ts';
import type { RoomDirectory } from '../../cluster/room-directory.ts';
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
// The source owns the room until the target has taken it over. If the target does not answer, the directory says who owns it: the
// source goes on where it stopped, or lets go.

const TAKE_OVER = 'take-over-room';
const TAKE_OVER_TIMEOUT_MS = 3_000;

const TakeOver = z.strictObject({
  roomId: z.string(),
  fromNodeId: z.string(),
  epoch: z.number().int(),
});

/** A room that can be moved away. */
export interface MovableRoom {
  readonly roomId: string;
  /** Stops steps and messages, and flushes what has been done. */
  freeze(): void;
  /** The last checkpoint, on its way and stored. @throws when the store does not take it */
  storeLastCheckpoint(): Promise<void>;
  /** Goes on as if nothing had been. */
  thaw(): void;
  /** Lives elsewhere now: players are sent there, nothing of it is saved or cleaned up in the directory. */
  release(to: MovedTo): void;
}

export interface MoverDeps {
  readonly nodeId: string;
  readonly directory: RoomDirectory;
  readonly calls: NodeCalls;
  readonly reviver: RoomReviver;
  readonly log: Logger;
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
      const request = { roomId, fromNodeId: nodeId, epoch };
      await calls.request(target.nodeId, TAKE_OVER, request, { timeoutMs: TAKE_OVER_TIMEOUT_MS });
    } catch (error) {
      log.warn({ err: error, roomId, target: target.nodeId }, 'a room was not moved');
      return await this.#settle(room, to);
    }
    room.release(to);
    return true;
  }

  /** The target failed or did not answer: whose is the room? */
  async #settle(room: MovableRoom, to: MovedTo): Promise<boolean> {
    const { directory, nodeId, log } = this.#deps;
    try {
      const place = await directory.locate(room.roomId);
      if (place.kind === 'owned' && place.nodeId !== nodeId) {
        room.release(
          place.nodeId === to.processId ? to : { processId: place.nodeId, publicAddress: null },
        );
        return place.nodeId === to.processId;
      }
    } catch (error) {
      // The journal refuses this node if it is not the owner any more; until then the room plays on.
      log.warn({ err: error, roomId: room.roomId }, 'the owner of a room is not known');
    }
    room.thaw();
    return false;
  }

  async #takeOver(request: z.infer<typeof TakeOver>): Promise<void> {
    const { directory, reviver } = this.#deps;
    const claim = await directory.takeOver(request);
    if (claim === null) throw new GameError('LEASE_LOST', { roomId: request.roomId });
    if (!(await reviver.revive(claim))) {
      throw new GameError('ROOM_LOST', { roomId: request.roomId });
    }
  }
}
