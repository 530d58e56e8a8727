import { type InputHandle, MemoryStorage, MeridianClient, Predict } from '@meridian/client';
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { RunInput, stepRunner } from './runner-simulation.ts';

export const PATIENCE = { withinMs: 15_000 };

export interface RunnerRecord {
  x: number;
  readonly applied: number;
  readonly newest: number;
  readonly leaps: number;
  readonly fullSteps: number;
  readonly emptySteps: number;
  readonly guesses: number;
}
export interface RunnerState {
  readonly pid: number;
  readonly runners: ReadonlyMap<string, RunnerRecord>;
}
/** A room of either client. */
interface PlayedRoom {
  readonly sessionId: string;
  readonly state: RunnerState;
  readonly colyseus: object;
}
export type RunData = { direction: number; number: number };

/** Sends inputs as a game does, frame by frame, and predicts them. */
export class RunnerAtPlay implements Disposable {
  /** First bytes of the frames that left. */
  readonly codes: number[] = [];
  readonly corrections: number[] = [];
  readonly input: InputHandle<RunData>;
  sent = 0;
  direction = 1;
  readonly #room: PlayedRoom;
  readonly #predict: Predict;
  readonly #frames: ReturnType<typeof setInterval>;
  #isPaused = true;

  constructor(
    room: PlayedRoom,
    input: InputHandle<RunData>,
    due: ((nowMs: number) => number) | null,
  ) {
    this.#room = room;
    this.input = input;
    this.#predict = Predict.get(room.colyseus as never) as unknown as Predict;
    const me = this.#predict.reconciler<RunnerRecord, RunData>(this.runner, {
      input: input as never,
      fields: ['x'],
      step: stepRunner,
      onReconcile: () => this.corrections.push(me.lastCorrectionMag),
      warnOnDivergence: 1_000_000,
    });
    this.#frames = setInterval(() => {
      const nowMs = performance.now();
      const stock = this.#predict.tick(nowMs);
      const steps = due === null ? stock : due(nowMs);
      for (let left = steps; left > 0 && !this.#isPaused; left--) this.send();
    }, 8);
  }

  get runner(): RunnerRecord {
    return this.#room.state.runners.get(this.#room.sessionId) as RunnerRecord;
  }

  send(): void {
    this.input.data.direction = this.direction;
    this.input.data.number = this.sent + 1;
    if (this.input.send() !== 0) this.sent += 1;
  }

  /** Looks at the frames of the present connection. */
  watchFrames(connection: object): void {
    const { ws } = (connection as { readonly transport: { readonly ws: WebSocket } }).transport;
    const send = ws.send.bind(ws);
    ws.send = (data) => {
      this.codes.push((data as Uint8Array)[0] as number);
      send(data);
    };
  }

  /** Plays until so many inputs were sent. */
  async play(inputs: number): Promise<void> {
    const until = this.sent + inputs;
    this.#isPaused = false;
    await eventually(() => this.sent >= until, { ...PATIENCE, everyMs: 4 });
    this.#isPaused = true;
  }

  /** All that was sent has been applied, once and in order. */
  async settled(): Promise<void> {
    await eventually(() => this.runner.newest === this.sent, PATIENCE);
    expect(this.runner).toMatchObject({ applied: this.sent, leaps: 0 });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#frames);
    this.#predict.dispose();
  }
}

/** A player with our client. @param port - of a node, or of a relay in front of it */
export async function joinRunner(port: number, name = 'runner') {
  const client = new MeridianClient(`http://127.0.0.1:${port}`, { storage: new MemoryStorage() });
  const room = await client.joinOrCreate<RunnerState>(name);
  await eventually(() => room.state.runners?.has(room.sessionId), PATIENCE);
  const input = room.input<RunData>({ type: RunInput as never });
  const play = new RunnerAtPlay(room, input, (nowMs) => room.inputsDue(nowMs));
  return { room, play };
}
