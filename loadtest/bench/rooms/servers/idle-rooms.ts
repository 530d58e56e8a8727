import { matchMaker } from '@colyseus/core';

/** Makes rooms of type `idle` that nobody joins, each in a group of its own. */
export async function createIdleRooms(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await matchMaker.createRoom('idle', { group: `idle-${i}` });
}
