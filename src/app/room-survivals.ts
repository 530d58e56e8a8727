import type { Room as ColyseusRoom } from '@colyseus/core';
import type { RoomSurvival } from '../rooms/ownership/room-survival.ts';
import { Room } from '../rooms/room.ts';

/** What keeps each of these rooms alive; rooms that are not Meridian's are left out. */
export function survivalsOf(rooms: Iterable<ColyseusRoom>): readonly RoomSurvival[] {
  return [...rooms].flatMap((room) => (room instanceof Room ? [Room.survivalOf(room)] : []));
}
