import { ClientState, Protocol } from '@colyseus/core';
import type { InputLane } from '../../transport/ws/short-frame-reader.ts';
import type { ClientInternals } from '../guards/room-internals.ts';
import type { TokenBucket } from '../guards/token-bucket.ts';
import type { InputGuard } from './input-guard.ts';

/** What the lanes of a room have in common. */
export interface InputLaneHost {
  /** Says whether the room stands still, and nothing may be read. Not the room itself: rooms are of many shapes, and slow to ask. */
  readonly survival: { readonly putsAside: boolean };
  /** The game's own code threw. */
  readonly fault: (error: unknown) => void;
}

/**
 * The short way of one client's inputs, past the listener for messages and without a buffer of their own: nine of ten frames that
 * a server gets are inputs. Whatever is not as usual (a room that stands still, an input that does not fit, a limit) goes the
 * long way, which judges it anew.
 */
export class RoomInputLane implements InputLane {
  readonly #survival: InputLaneHost['survival'];
  readonly #fault: InputLaneHost['fault'];
  readonly #client: ClientInternals;
  readonly #frames: TokenBucket;
  readonly #inputs: InputGuard;

  constructor(
    host: InputLaneHost,
    client: ClientInternals,
    guards: { readonly frames: TokenBucket; readonly inputs: InputGuard },
  ) {
    this.#survival = host.survival;
    this.#fault = host.fault;
    this.#client = client;
    this.#frames = guards.frames;
    this.#inputs = guards.inputs;
  }

  take(bytes: Buffer, begin: number, end: number): boolean {
    const client = this.#client;
    if (bytes[begin] !== Protocol.ROOM_INPUT_RELIABLE || client.state !== ClientState.JOINED)
      return false;
    if (this.#survival.putsAside) return false;
    const nowMs = performance.now();
    if (!this.#frames.take(nowMs)) return false;
    try {
      return this.#inputs.receiveFrom(client, { bytes, begin, end }, nowMs) === 'taken';
    } catch (error) {
      this.#fault(error);
      return true;
    }
  }
}
