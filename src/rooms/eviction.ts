import { type Client, ClientState } from '@colyseus/core';
import { CloseCode } from '../protocol/close-codes.ts';
import type { EvictionReason } from '../telemetry/room-metrics.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';

const HAS_LOST_SEAT = Symbol('meridian.has-lost-seat');
type Evicted = Client & { [HAS_LOST_SEAT]?: boolean };

/** Why a room lets a client go whose connection it ends itself. */
export type RoomEviction = Exclude<EvictionReason, 'silent'>;

const CLOSE_CODES: Readonly<Record<RoomEviction, number>> = {
  'bad-frame': CloseCode.BAD_FRAME,
  'rate-limited': CloseCode.RATE_LIMITED,
  'too-slow': CloseCode.TOO_SLOW,
  'room-failed': CloseCode.WITH_ERROR,
  'signed-out': CloseCode.SIGNED_OUT,
  banned: CloseCode.BANNED,
};

/** Ends a client's connection, with a code and a reason that its player reads. */
export function evictClient(client: Client, reason: RoomEviction, message: string): void {
  client.ref.removeAllListeners('message');
  // No more patches, and no second eviction while the connection closes.
  client.state = ClientState.LEAVING;
  // A slow link may get better; whoever broke a rule has lost the seat.
  (client as Evicted)[HAS_LOST_SEAT] = reason !== 'too-slow';
  if (client instanceof MeridianClient) client.evict(CLOSE_CODES[reason], message);
  else client.leave(CLOSE_CODES[reason], message);
}

/** Whether a leaving client gave up its seat: a game that keeps seats for dropped players must not keep this one. */
export function hasLostSeat(client: Client): boolean {
  if ((client as Evicted)[HAS_LOST_SEAT] === true) return true;
  return client instanceof MeridianClient && client.hasBrokenProtocol;
}
