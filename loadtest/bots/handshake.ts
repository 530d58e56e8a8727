import { decode } from '@colyseus/schema';

/** What the server says when it seats a client (JOIN_ROOM, code 10). */
export interface Handshake {
  /** Proof for coming back to this seat. */
  readonly reconnectionToken: string;
  /** `schema`, or `none` for a room without state. */
  readonly serializerId: string;
  /** Where the reflection of the state's classes lies in the frame; empty for a room without state. */
  readonly reflectionStart: number;
  readonly reflectionEnd: number;
  /** Whether sections follow: the room declared inputs. */
  readonly hasInputs: boolean;
}

/** Reads JOIN_ROOM. Layout: `[10][n u8][token][n u8][serializer][n varint][reflection] ([tag u8][n varint][bytes])*` */
export function parseHandshake(frame: Uint8Array): Handshake {
  const iterator = { offset: 1 };
  const reconnectionToken = readShortString(frame, iterator);
  const serializerId = readShortString(frame, iterator);
  const reflectionBytes = decode.number(frame, iterator);
  const reflectionStart = iterator.offset;
  const reflectionEnd = reflectionStart + reflectionBytes;
  return {
    reconnectionToken,
    serializerId,
    reflectionStart,
    reflectionEnd,
    hasInputs: reflectionEnd < frame.length,
  };
}

function readShortString(frame: Uint8Array, iterator: { offset: number }): string {
  const length = frame[iterator.offset++] as number;
  const start = iterator.offset;
  iterator.offset += length;
  return Buffer.from(frame.buffer, frame.byteOffset + start, length).toString('utf8');
}
