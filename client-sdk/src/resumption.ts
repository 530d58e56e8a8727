import { decodeResumeSection, type ResumePoint } from '../../src/protocol/index.ts';
import type { InputReplay } from './input-replay.ts';
import { MessageReplay } from './message-replay.ts';
import type { RoomResumed } from './room-events.ts';
import type { RoomSocket } from './room-socket.ts';

// Nothing lost, nothing twice. The room says in its JOIN frame how much of what this session ever sent is part of the state
// it is about to send; the rest goes out right behind the acknowledgement, before anything else:
//
//   client: … m7 m8 m9 ✂        m10 (held)        ack  m9 m10 inputs…
//   room:   … m7 m8                     JOIN[8] ───┘   └──▶ m9 m10
//
// A room that does not say (stock Colyseus) gets what was held.

/** What an outage cost in repetition. */
export type Resent = Pick<RoomResumed, 'resentMessages' | 'resentInputs'>;

export class Resumption {
  readonly #socket: RoomSocket;
  readonly #messages = new MessageReplay();
  readonly #inputs: InputReplay;
  #point: ResumePoint | null = null;
  #resent: Resent = { resentMessages: 0, resentInputs: 0 };

  constructor(socket: RoomSocket, inputs: InputReplay) {
    this.#socket = socket;
    this.#inputs = inputs;
    socket.interceptHeld((frame) => this.#messages.hold(frame));
    socket.tap({
      onJoining: (frame) => {
        this.#point = decodeResumeSection(frame);
      },
      onSending: (frame) => this.#messages.onSending(frame),
      onJoined: () => this.#resend(),
    });
  }

  /** Of the last return. */
  get resent(): Resent {
    return this.#resent;
  }

  #resend(): void {
    const point = this.#point;
    const { messages, requests } = this.#messages.take(point?.messages ?? null);
    for (const frame of [...messages, ...requests]) this.#socket.send(frame);
    this.#resent = {
      resentMessages: messages.length,
      resentInputs: point === null ? 0 : this.#inputs.resend(point.inputs),
    };
  }
}
