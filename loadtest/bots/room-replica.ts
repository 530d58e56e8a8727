import type { Decoder, Schema } from '@colyseus/schema';
import { ProtocolModifier } from '@colyseus/shared-types';
import type { Handshake } from './handshake.ts';
import { decoderOf } from './reflected-classes.ts';

/** `[u32 server clock][u32 input ack]` before the body of a TIMED state or patch. */
const TIMED_PREFIX_BYTES = 8;

/**
 * A room's state as one client sees it: decoded with the real decoder of @colyseus/schema, from the reflection the
 * server sends at the handshake. No class of the game is needed.
 */
export class RoomReplica {
  #decoder: Decoder | null = null;

  /** The decoded state, or null before the handshake. */
  get state(): Schema | null {
    return this.#decoder?.state ?? null;
  }

  /** Takes the state's classes from the JOIN_ROOM frame. */
  adopt(frame: Uint8Array, handshake: Handshake): void {
    if (handshake.reflectionEnd === handshake.reflectionStart) return;
    this.#decoder = decoderOf(frame.subarray(handshake.reflectionStart, handshake.reflectionEnd));
  }

  /** Reads ROOM_STATE: the first one fills the tree, a later one is a resynchronisation. */
  readState(frame: Uint8Array): void {
    const decoder = this.#required();
    const iterator = bodyOf(frame);
    if (decoder.root.refs.size > 1) decoder.decodeResync(frame, iterator);
    else decoder.decode(frame, iterator);
  }

  /** Reads ROOM_STATE_PATCH. */
  readPatch(frame: Uint8Array): void {
    this.#required().decode(frame, bodyOf(frame));
  }

  #required(): Decoder {
    if (this.#decoder === null) throw new Error('State before the handshake.');
    return this.#decoder;
  }
}

/** Where the state begins: after the code, and after the clock and the ack of a TIMED frame. */
function bodyOf(frame: Uint8Array): { offset: number } {
  const isTimed = ((frame[0] as number) & ProtocolModifier.TIMED) !== 0;
  return { offset: isTimed ? 1 + TIMED_PREFIX_BYTES : 1 };
}
