import { type Client, ClientState, type Room as ColyseusRoom } from '@colyseus/core';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MeridianClient } from '../../transport/ws/meridian-client.ts';
import { type ClientInternals, internals } from '../guards/room-internals.ts';

export interface Release {
  /** What the players' clients are told; see protocol/moved.ts. */
  readonly closeReason: string;
  /** Players whose seats were held. */
  readonly away: readonly Client[];
}

/**
 * Takes a room off this node while it lives on elsewhere: connections are closed with "come back", nobody has left, nothing
 * is saved, and what the directory knows belongs to the new owner. The game hears `onRelease` instead of `onLeave` and
 * `onDispose`.
 */
export function releaseRoom(
  room: ColyseusRoom & { onRelease?(): void },
  { closeReason, away }: Release,
): void {
  const { _events: events, _listing: listing, _reservedSeatTimeouts: timeouts } = internals(room);
  for (const client of [...room.clients] as unknown as ClientInternals[]) {
    client.ref.removeAllListeners('message');
    client.ref.removeListener('close', (client.ref as { onleave?: () => void }).onleave ?? noop);
    client.state = ClientState.LEAVING;
    room.clients.delete(client as never);
    events.emit('leave', client, true);
    if (client instanceof MeridianClient) {
      client.evict(CloseCode.MAY_TRY_RECONNECT, closeReason);
    } else {
      client.leave(CloseCode.MAY_TRY_RECONNECT, closeReason);
    }
  }
  for (const client of away) events.emit('leave', client, true);
  // Held seats are waited for elsewhere now: their time must not run out here.
  for (const timeout of Object.values(timeouts)) clearTimeout(timeout);
  // Colyseus takes a disposed room out of the directory by this id; it is another owner's by now.
  Object.assign(listing, { roomId: undefined });
  room.onDispose = () => room.onRelease?.();
  events.emit('dispose');
}

function noop(): void {}
