import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { RedisRoomDirectory } from '../cluster/directory/redis-room-directory.ts';
import type { RoomNote } from '../regions/evacuation/copied-rooms.ts';
import { Room } from '../rooms/room.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EvacuableRooms } from './evacuation.ts';
import type { Region } from './region.ts';
import { survivalsOf } from './room-survivals.ts';

/** After the fence closed: a hiccup is over by then. */
const CUT_OFF_AFTER_MS = 500;
const CUT_OFF = 'This region was cut off from the others.';
const ELSEWHERE = 'This room lives on in another region.';

/** The rooms of this node, as evacuation sees them. */
export class NodeEvacuableRooms implements EvacuableRooms {
  readonly #node: ColyseusNode;
  readonly #region: Region;
  readonly #log: Logger;
  #cutOff: NodeJS.Timeout | undefined;

  constructor(deps: {
    readonly node: ColyseusNode;
    readonly region: Region;
    readonly log: Logger;
  }) {
    this.#node = deps.node;
    this.#region = deps.region;
    this.#log = deps.log;
  }

  notes(): readonly RoomNote[] {
    const { directory } = this.#region;
    if (!(directory instanceof RedisRoomDirectory)) return [];
    return survivalsOf(this.#node.rooms).flatMap((room) =>
      room.isEvacuable && !room.isReleased ? (directory.entryOf(room.roomId) ?? []) : [],
    );
  }

  release(roomId: string): void {
    void this.#leaveToOtherRegion(roomId);
  }

  /** Players look for their rooms in the other region instead of waiting for what may never go on. */
  fenceMoved(isOpen: boolean): void {
    clearTimeout(this.#cutOff);
    if (isOpen) return;
    this.#cutOff = setTimeout(() => {
      for (const room of survivalsOf(this.#node.rooms)) {
        if (room.isEvacuable && !room.isOurs) room.sendPlayersAway(CUT_OFF);
      }
    }, CUT_OFF_AFTER_MS).unref();
  }

  /** It lives on there under a higher epoch: nothing of it may stay that could be taken for the room. */
  async #leaveToOtherRegion(roomId: string): Promise<void> {
    const { directory, journal } = this.#region;
    const epoch = directory.epochOf(roomId);
    if (epoch === undefined) return;
    const room = this.#node.findRoom(roomId);
    if (room instanceof Room) Room.survivalOf(room).abandon(ELSEWHERE);
    this.#log.warn({ event: 'room-left', roomId, epoch }, 'a room lives on in another region');
    await directory.remove(roomId);
    await journal.forget({ roomId, epoch }).catch((error: unknown) => {
      this.#log.debug({ err: error, roomId }, 'the journal of a room that left expires by itself');
    });
  }
}
