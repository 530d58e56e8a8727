import { Protocol } from '@colyseus/sdk';

/** Frames that carry a message of the game: `send` and `sendBytes`. */
export const MESSAGE_CODES: ReadonlySet<number> = new Set([
  Protocol.ROOM_DATA,
  Protocol.ROOM_DATA_BYTES,
]);

const STATE_CODES: ReadonlySet<number> = new Set([Protocol.ROOM_STATE, Protocol.ROOM_STATE_PATCH]);
/** `ProtocolModifier.TIMED` of @colyseus/shared-types: the frame says when it was made. */
const TIMED_BIT = 0x80;

/** The upper bits of a frame's first byte are modifiers (`ProtocolModifier` of @colyseus/shared-types). */
const CODE_MASK = 0x1f;

export function frameCode(frame: Uint8Array): number {
  return (frame[0] ?? 0) & CODE_MASK;
}

/** Whether a frame carries state, all of it or what has changed. */
export function isStateFrame(frame: Uint8Array): boolean {
  return STATE_CODES.has(frameCode(frame));
}

/** Whether a frame says when it was made: those of rooms that call `defineInput`. */
export function isTimedFrame(frame: Uint8Array): boolean {
  return ((frame[0] ?? 0) & TIMED_BIT) !== 0;
}
