import { type Decoder, Reflection, type Schema } from '@colyseus/schema';
import { ProtocolModifier } from '@colyseus/shared-types';
import type { Handshake } from './handshake.ts';

/** `[u32 server clock][u32 input ack]` before the body of a TIMED state or patch. */
const TIMED_PREFIX_BYTES = 8;

/**
 * A room's state as one client sees it: decoded with the real decoder of @colyseus/schema, from the reflection the
 * server sends at the handshake. No class of the game is needed.
 */
export class RoomReplica {
  /** Input ack of the newest TIMED frame: inputs of ours that the state contains. */
  ackedInputs = 0;
  #decoder: Decoder | null = null;

  /** The decoded state, or null before the handshake. */
  get state(): Schema | null {
    return this.#decoder?.state ?? null;
  }

  /** Takes the state's classes from the JOIN_ROOM frame. */
  adopt(frame: Uint8Array, handshake: Handshake): void {
    if (handshake.reflectionEnd === handshake.reflectionStart) return;
    // The reflection decoder reads to the end of what it gets, so it gets no more than its part.
    const bytes = frame.subarray(0, handshake.reflectionEnd);
    this.#decoder = Reflection.decode(bytes, { offset: handshake.reflectionStart });
  }

  /** Reads ROOM_STATE: the first one fills the tree, a later one is a resynchronisation. */
  readState(frame: Uint8Array): void {
    const decoder = this.#required();
    const iterator = this.#bodyOf(frame);
    if (decoder.root.refs.size > 1) decoder.decodeResync(frame, iterator);
    else decoder.decode(frame, iterator);
  }

  /** Reads ROOM_STATE_PATCH. */
  readPatch(frame: Uint8Array): void {
    this.#required().decode(frame, this.#bodyOf(frame));
  }

  #required(): Decoder {
    if (this.#decoder === null) throw new Error('State before the handshake.');
    return this.#decoder;
  }

  #bodyOf(frame: Uint8Array): { offset: number } {
    if (((frame[0] as number) & ProtocolModifier.TIMED) === 0) return { offset: 1 };
    this.ackedInputs =
      ((frame[5] as number) |
        ((frame[6] as number) << 8) |
        ((frame[7] as number) << 16) |
        ((frame[8] as number) << 24)) >>>
      0;
    return { offset: 1 + TIMED_PREFIX_BYTES };
  }
}
