import type { IRoomCache } from '@colyseus/core';
import type { RoomRow } from '../protocol/operator-questions.ts';

/** A room of the directory, as operators see it. */
export function roomRow(
  listing: Pick<IRoomCache, 'roomId' | 'name' | 'processId' | 'clients' | 'maxClients'> &
    Partial<Pick<IRoomCache, 'locked' | 'private' | 'createdAt'>>,
): RoomRow {
  const { roomId, name, processId, clients, maxClients, locked, private: isPrivate } = listing;
  return {
    ...{ roomId, roomName: name, nodeId: processId, clients },
    maxClients: Number.isFinite(maxClients) ? maxClients : null,
    isLocked: locked === true,
    isPrivate: isPrivate === true,
    createdAtMs: Number(listing.createdAt ?? 0),
  };
}
