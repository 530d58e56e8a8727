import type { InputHandle, InputOptions } from '@colyseus/sdk';
import type { ColyseusRoom } from './colyseus-room.ts';
import { ReplayBuffer } from './replay-buffer.ts';

/** As much as a room with a fixed step applies at once (RM-8): more would be acknowledged and dropped. */
const KEPT_S = 0.5;
const ASSUMED_RATE_HZ = 60;

/** What an input handle's `data` is: an instance of the room's input schema. */
interface InputData {
  toJSON(): Readonly<Record<string, unknown>>;
}

type Values = Readonly<Record<string, unknown>>;

export interface InputReplayListener {
  /** The game has asked for its input handle. */
  opened(handle: Pick<InputHandle, 'tickRate'>): void;
  /** An input was sent, or sent again. */
  sent(values: Values): void;
}

/**
 * Keeps the inputs of the last half second. Their bytes say only what changed since the input before, so it is the values
 * that are kept, and sent anew through the same handle: predictions step and count them as any other input.
 */
export class InputReplay {
  #handle: InputHandle<InputData> | null = null;
  #kept: ReplayBuffer<Values> | null = null;

  readonly #listener: InputReplayListener;

  constructor(room: ColyseusRoom<unknown>, listener: InputReplayListener) {
    this.#listener = listener;
    const makeInput = room.input.bind(room);
    room.input = <Input>(options?: InputOptions<Input>): InputHandle<Input> => {
      const handle = makeInput<Input>(options);
      this.#watch(handle as unknown as InputHandle<InputData>);
      return handle;
    };
  }

  /**
   * Sends again what the room has not processed, oldest first, and leaves the handle's `data` as it was.
   *
   * @param processed - inputs the room has processed since the join
   * @returns how many were sent
   */
  resend(processed: number): number {
    if (this.#handle === null || this.#kept === null) return 0;
    const { data } = this.#handle;
    const staged = data.toJSON();
    const missing = this.#kept.takeAfter(processed);
    for (const values of missing) {
      Object.assign(data, values);
      this.#handle.send();
    }
    Object.assign(data, staged);
    return missing.length;
  }

  #watch(handle: InputHandle<InputData>): void {
    if (this.#handle !== null) return;
    // Datagram inputs carry their own redundancy.
    if (handle.mode !== 'reliable') {
      this.#listener.opened(handle);
      return;
    }
    this.#handle = handle;
    const maxEntries = Math.ceil((handle.tickRate ?? ASSUMED_RATE_HZ) * KEPT_S);
    const kept = new ReplayBuffer<Values>({ maxEntries, maxBytes: Number.POSITIVE_INFINITY });
    this.#kept = kept;
    this.#listener.opened(handle);
    handle.onSend(() => {
      const values = handle.data.toJSON();
      kept.push(values);
      this.#listener.sent(values);
    });
  }
}
