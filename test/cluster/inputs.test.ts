// Inputs at 60 steps a second: of our client and of Colyseus' own, over links that break and nodes that die.

import { Client as StockClient } from '@colyseus/sdk';
import { type InputHandle, MemoryStorage, MeridianClient, Predict } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { RunInput, STEP_HZ, STRIDE, stepRunner } from '../support/runner-simulation.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 15_000 };
const INPUT_CODE = 19;
const BUNDLE_CODE = 31;

interface RunnerRecord {
  x: number;
  readonly applied: number;
  readonly newest: number;
  readonly leaps: number;
  readonly fullSteps: number;
  readonly emptySteps: number;
  readonly guesses: number;
}
interface RunnerState {
  readonly pid: number;
  readonly runners: ReadonlyMap<string, RunnerRecord>;
}
/** A room of either client. */
interface PlayedRoom {
  readonly sessionId: string;
  readonly state: RunnerState;
  readonly colyseus: object;
}
type RunData = { direction: number; number: number };

let region: MeridianRegion;
let node: MeridianProcess;
beforeAll(async () => {
  region = await MeridianRegion.open('test/support/runner-game.ts');
  node = await region.start();
});
afterAll(() => region[Symbol.asyncDispose]());

/** Sends inputs as a game does, frame by frame, and predicts them. */
class RunnerAtPlay implements Disposable {
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

async function joinOurs(name = 'runner', port = node.port) {
  const client = new MeridianClient(`http://127.0.0.1:${port}`, { storage: new MemoryStorage() });
  const room = await client.joinOrCreate<RunnerState>(name);
  await eventually(() => room.state.runners?.has(room.sessionId), PATIENCE);
  const input = room.input<RunData>({ type: RunInput as never });
  const play = new RunnerAtPlay(room, input, (nowMs) => room.inputsDue(nowMs));
  return { room, play };
}

test('[IP-1] [IP-3] our client sends three inputs in a frame, and the room takes one in each step', async () => {
  const { room, play } = await joinOurs();
  using _ = play;
  play.watchFrames(room.colyseus.connection);
  await play.play(5 * STEP_HZ);
  await play.settled();

  const bundles = play.codes.filter((code) => code === BUNDLE_CODE).length;
  expect(play.codes).not.toContain(INPUT_CODE);
  // A number changes with each input, and so begins nothing after the first.
  expect(bundles).toBeLessThan(play.sent / 2);
  expect(play.runner.x).toBe(play.sent * STRIDE);
  expect(Math.max(...play.corrections)).toBe(0);
  await eventually(() => play.input.lastProcessed === play.sent, PATIENCE);
  await room.leave();
});

test('[IP-1] Colyseus’ own client sends each input in a frame, and hears nothing of a pace', async () => {
  const told: unknown[] = [];
  const stock = new StockClient(`ws://127.0.0.1:${node.port}`);
  const room = await stock.joinOrCreate<RunnerState>('runner');
  room.onMessage('*', (type) => told.push(type));
  await eventually(() => room.state.runners?.has(room.sessionId), PATIENCE);
  const input = room.input({ type: RunInput as never, mode: 'reliable' });
  const { sessionId, state } = room;
  using play = new RunnerAtPlay(
    { sessionId, state: state as RunnerState, colyseus: room },
    input as never,
    null,
  );
  play.watchFrames(room.connection);
  await play.play(2 * STEP_HZ);
  await play.settled();
  await eventually(() => play.input.lastProcessed === play.sent, PATIENCE);

  expect(play.codes.filter((code) => code === INPUT_CODE)).toHaveLength(play.sent);
  expect(play.codes).not.toContain(BUNDLE_CODE);
  expect(Math.max(...play.corrections)).toBe(0);
  expect(told).toEqual([]);
  await room.leave();
});

test('[IP-7] what was in bundles when the link broke is applied once and in order', async () => {
  await using relay = await TcpRelay.open(node.port);
  const { room, play } = await joinOurs('runner', relay.port);
  using _ = play;
  const resent: number[] = [];
  room.onResume(({ resentInputs }) => resent.push(resentInputs));
  for (let outage = 1; outage <= 3; outage++) {
    await play.play(20);
    relay.freeze();
    // These are sent, and never arrive.
    await play.play(7);
    relay.cut();
    relay.thaw();
    await eventually(() => resent.length === outage, PATIENCE);
    await play.play(20);
    await play.settled();
  }
  expect(Math.min(...resent)).toBeGreaterThanOrEqual(7);
  expect(play.runner.x).toBe(play.sent * STRIDE);
  await room.leave();
});

test('[IP-5] who is late goes on as before in a room that repeats, and moves once', async () => {
  await using relay = await TcpRelay.open(node.port);
  const { room, play } = await joinOurs('guessing', relay.port);
  using _ = play;
  await play.play(60);
  relay.freeze();
  await play.play(12);
  relay.thaw();
  await play.play(60);
  await eventually(() => play.input.lastProcessed === play.sent, PATIENCE);
  const { guesses, applied, x } = play.runner;
  expect(guesses).toBeGreaterThan(0);
  expect(applied).toBeLessThan(play.sent);
  // The last guesses are those after the last input: there is nothing they stood in for.
  const unpaid = guesses - (play.sent - applied);
  expect(unpaid).toBeGreaterThanOrEqual(0);
  expect(unpaid).toBeLessThanOrEqual(3);
  expect(x).toBe((applied + guesses) * STRIDE);
  await room.leave();
});

test('[IP-7] and so it is when the node of the room is killed', async () => {
  const other = await region.start();
  await region.acquainted();
  const { room, play } = await joinOurs();
  using _ = play;
  let resumed = 0;
  room.onResume(() => {
    resumed += 1;
  });
  await play.play(60);
  const owner = await region.ownerOf(room.roomId);
  const heir = owner === node ? other : node;
  await play.play(10);
  await region.kill(owner);
  await eventually(() => resumed === 1 && room.state.pid === heir.child.pid, PATIENCE);
  await play.play(60);
  await play.settled();
  expect(play.runner.x).toBe(play.sent * STRIDE);
  await room.leave();
});
