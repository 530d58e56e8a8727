import { type Client, ClientState, type Room as ColyseusRoom } from '@colyseus/core';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MeridianClient } from '../../transport/ws/meridian-client.ts';
import { type ClientInternals, internals } from '../guards/room-internals.ts';

export interface Release {
  /** What the players' clients are told; see protocol/moved.ts. */
  readonly closeReason: string;
  /** Connections that wait to be let in, or are half way. */
  readonly arriving: readonly ClientInternals[];
  /** Players as Colyseus and the metrics count them, away or not. */
  readonly counted: readonly Client[];
}

/**
 * Takes a room off this node while it lives on elsewhere: connections are closed with "come back", nobody has left, nothing
 * is saved, and what the directory knows belongs to the new owner. The game hears `onRelease` instead of `onLeave` and
 * `onDispose`.
 */
export function releaseRoom(
  room: ColyseusRoom & { onRelease?(): void },
  { closeReason, arriving, counted }: Release,
): void {
  const { _events: events, _listing: listing } = internals(room);
  const connected = [...room.clients] as unknown as ClientInternals[];
  for (const client of new Set([...connected, ...arriving])) {
    client.ref.removeAllListeners('message');
    client.ref.removeListener('close', (client.ref as { onleave?: () => void }).onleave ?? noop);
    client.state = ClientState.LEAVING;
    room.clients.delete(client as never);
    if (client instanceof MeridianClient) {
      client.evict(CloseCode.MAY_TRY_RECONNECT, closeReason);
    } else {
      client.leave(CloseCode.MAY_TRY_RECONNECT, closeReason);
    }
  }
  for (const client of counted) events.emit('leave', client, true);
  clearSeatTimeouts(room);
  // Colyseus takes a disposed room out of the directory by this id; it is another owner's by now.
  Object.assign(listing, { roomId: undefined });
  room.onDispose = () => room.onRelease?.();
  events.emit('dispose');
}

/** Held seats are waited for elsewhere, or not at all: their time must not run out here. */
export function clearSeatTimeouts(room: ColyseusRoom): void {
  for (const timeout of Object.values(internals(room)._reservedSeatTimeouts)) clearTimeout(timeout);
}

function noop(): void {}
