import { ClientState, Protocol } from '@colyseus/core';
import { INPUT_BUNDLE_CODE } from '../../protocol/input-bundle.ts';
import type { InputLane } from '../../transport/ws/short-frame-reader.ts';
import type { ClientInternals } from '../guards/room-internals.ts';
import type { TokenBucket } from '../guards/token-bucket.ts';
import type { InputGuard } from './input-guard.ts';
import type { InputWait } from './input-wait.ts';

/** What the lanes of a room have in common. */
export interface InputLaneHost {
  /** Says whether the room stands still, and nothing may be read. Not the room itself: rooms are of many shapes, and slow to ask. */
  readonly survival: { readonly putsAside: boolean };
  /** Follows how long inputs wait. */
  readonly wait: InputWait;
  /** The game's own code threw. */
  readonly fault: (error: unknown) => void;
  /** The client sent what is no input. */
  readonly malformed: () => void;
}

/**
 * The short way of one client's inputs, past the listener for messages and without a buffer of their own: nine of ten frames that
 * a server gets are inputs. Whatever is not as usual (a room that stands still, a client on its way in, a limit) goes the
 * long way, which judges it anew.
 */
export class RoomInputLane implements InputLane {
  readonly #survival: InputLaneHost['survival'];
  readonly #wait: InputWait;
  readonly #fault: InputLaneHost['fault'];
  readonly #malformed: InputLaneHost['malformed'];
  readonly #client: ClientInternals;
  readonly #frames: TokenBucket;
  readonly #inputs: InputGuard;

  constructor(
    host: InputLaneHost,
    client: ClientInternals,
    guards: { readonly frames: TokenBucket; readonly inputs: InputGuard },
  ) {
    this.#survival = host.survival;
    this.#wait = host.wait;
    this.#fault = host.fault;
    this.#malformed = host.malformed;
    this.#client = client;
    this.#frames = guards.frames;
    this.#inputs = guards.inputs;
  }

  take(bytes: Buffer, begin: number, end: number): boolean {
    const client = this.#client;
    const code = bytes[begin];
    if (code !== Protocol.ROOM_INPUT_RELIABLE && code !== INPUT_BUNDLE_CODE) return false;
    if (client.state !== ClientState.JOINED) return false;
    if (this.#survival.putsAside) return false;
    const nowMs = performance.now();
    if (!this.#frames.take(nowMs)) return false;
    try {
      const reception = this.#inputs.receiveFrom(client, { bytes, begin, end }, nowMs);
      // Of a bundle, some may have been taken: it is not judged twice.
      if (reception === 'malformed') this.#malformed();
      else if (reception === 'taken') this.#wait.arrived(client, nowMs);
      return reception !== 'other';
    } catch (error) {
      this.#fault(error);
      return true;
    }
  }
}
