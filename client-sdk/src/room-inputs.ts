import type { InputHandle } from '@colyseus/sdk';
import { decodeBundleSection, INPUT_PACE_MESSAGE } from '../../src/protocol/index.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import { InputBundler } from './input-bundler.ts';
import { InputPacer } from './input-pacer.ts';
import { InputReplay } from './input-replay.ts';
import type { RoomSocket } from './room-socket.ts';

/** The inputs of one room: when they are due, how they leave, and what is sent again after an outage. */
export class RoomInputs {
  readonly replay: InputReplay;
  readonly #bundler: InputBundler;
  readonly #nowMs: () => number;
  #pacer: InputPacer | null = null;

  /** @param mostInputs - in one frame, as the server said when the room was joined */
  constructor(
    room: ColyseusRoom<unknown>,
    options: {
      readonly socket: RoomSocket;
      readonly mostInputs: number;
      readonly nowMs: () => number;
    },
  ) {
    const { socket, mostInputs, nowMs } = options;
    this.#nowMs = nowMs;
    this.#bundler = new InputBundler({ send: (frame) => socket.send(frame), nowMs });
    this.#bundler.joined(mostInputs);
    socket.holdInputs(this.#bundler);
    socket.tap({ onJoining: (frame) => this.#bundler.joined(decodeBundleSection(frame)) });
    this.replay = new InputReplay(room, {
      opened: (handle) => this.#open(handle),
      sent: (values) => this.#bundler.sent(values),
    });
    room.onMessage<number>(INPUT_PACE_MESSAGE, (errorSteps) => this.#told(errorSteps));
  }

  /** Inputs that are due in this frame; 0 before the game has asked for its input handle, and in rooms without fixed steps. */
  due(nowMs: number): number {
    return this.#pacer?.due(nowMs) ?? 0;
  }

  #open({ tickRate }: Pick<InputHandle, 'tickRate'>): void {
    this.#bundler.stepsAt(tickRate);
    if (tickRate !== undefined) this.#pacer = new InputPacer(tickRate);
  }

  #told(errorSteps: number): void {
    this.#pacer?.told(errorSteps, this.#nowMs());
  }
}
