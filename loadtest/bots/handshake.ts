import { decode } from '@colyseus/schema';
import { HandshakeSection, InputFlags } from '@colyseus/shared-types';

/** What the server says when it seats a client (JOIN_ROOM, code 10). */
export interface Handshake {
  /** Proof for coming back to this seat. */
  readonly reconnectionToken: string;
  /** `schema`, or `none` for a room without state. */
  readonly serializerId: string;
  /** Where the reflection of the state's classes lies in the frame; empty for a room without state. */
  readonly reflectionStart: number;
  readonly reflectionEnd: number;
  /** How the room wants its inputs; null for a room without `defineInput`. */
  readonly inputs: InputTerms | null;
}

/** What `defineInput` tells clients. */
export interface InputTerms {
  /** Reflection of the input's class. */
  readonly reflection: Uint8Array;
  /** Steps per second, one input each; null when the room has no fixed step. */
  readonly tickRateHz: number | null;
  /** Whether inputs carry the moment that was on the screen, for lag compensation of interpolated entities. */
  readonly wantsRenderTime: boolean;
  /** The same for entities reckoned forward. */
  readonly wantsReckonTime: boolean;
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
    inputs: readInputTerms(frame, reflectionEnd),
  };
}

function readInputTerms(frame: Uint8Array, sectionsStart: number): InputTerms | null {
  let reflection: Uint8Array | null = null;
  let flags = 0;
  let tickRateHz: number | null = null;
  const iterator = { offset: sectionsStart };
  while (iterator.offset < frame.length) {
    const tag = frame[iterator.offset++];
    const length = decode.number(frame, iterator);
    const end = iterator.offset + length;
    if (tag === HandshakeSection.INPUT_REFLECTION) {
      reflection = new Uint8Array(frame.subarray(iterator.offset, end));
    } else if (tag === HandshakeSection.INPUT_OPTIONS) {
      flags = frame[iterator.offset++] as number;
      if (flags & InputFlags.FIXED_TIMESTEP) tickRateHz = decode.number(frame, iterator);
    }
    // Unknown sections, and what is not needed of known ones, are skipped by their length.
    iterator.offset = end;
  }
  if (reflection === null) return null;
  return {
    reflection,
    tickRateHz,
    wantsRenderTime: (flags & InputFlags.RENDER_TIME) !== 0,
    wantsReckonTime: (flags & InputFlags.RECKON_TIME) !== 0,
  };
}

function readShortString(frame: Uint8Array, iterator: { offset: number }): string {
  const length = frame[iterator.offset++] as number;
  const start = iterator.offset;
  iterator.offset += length;
  return Buffer.from(frame.buffer, frame.byteOffset + start, length).toString('utf8');
}
