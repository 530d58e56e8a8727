import { Protocol } from '@colyseus/sdk';

/** Frames that carry a message of the game: `send` and `sendBytes`. */
export const MESSAGE_CODES: ReadonlySet<number> = new Set([
  Protocol.ROOM_DATA,
  Protocol.ROOM_DATA_BYTES,
]);

/** The upper bits of a frame's first byte are modifiers (`ProtocolModifier` of @colyseus/shared-types). */
const CODE_MASK = 0x1f;

export function frameCode(frame: Uint8Array): number {
  return (frame[0] ?? 0) & CODE_MASK;
}
