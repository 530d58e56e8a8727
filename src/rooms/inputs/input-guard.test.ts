import { Room } from '@colyseus/core';
import { encode, schema, t } from '@colyseus/schema';
import { InputEncoder } from '@colyseus/schema/input';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputBundler } from '../../../client-sdk/src/input-bundler.ts';
import {
  type ClientInternals,
  internals,
  type RoomInputInternals,
} from '../guards/room-internals.ts';
import { InputGuard } from './input-guard.ts';

const RATE_HZ = 60;
const STEP_MS = 1_000 / RATE_HZ;
const Input = schema({ held: t.int8().default(0), number: t.uint16().default(0) }, 'GuardedInput');
type Taken = { readonly held: number; readonly number: number };

/** Colyseus' own input subsystem with a guard in front of it, and one client. */
class Stage {
  readonly client = { sessionId: 's' } as ClientInternals;
  readonly guard: InputGuard;
  readonly taken: Taken[] = [];
  readonly told: number[] = [];
  readonly #controller: RoomInputInternals;
  overBudget = 0;

  constructor() {
    class Host extends Room {
      override readonly inputs = this.defineInput(Input, { tickRate: RATE_HZ });
    }
    const controller = internals(new Host())._inputController;
    if (controller === undefined) throw new Error('Colyseus has no inputs.');
    this.#controller = controller;
    this.guard = new InputGuard(controller, {
      overBudget: () => void this.overBudget++,
      paced: () => {},
      offPace: (_, errorSteps) => void this.told.push(errorSteps),
    });
    this.guard.pace();
    controller.allocate(this.client);
  }

  get ack(): number {
    return this.client._inputBuffer?.ackSeq ?? 0;
  }

  /** What the guard leaves to Colyseus. */
  readStock(frame: Uint8Array): void {
    this.#controller.decodeReliable(this.client, frame, { offset: 1 }, (frame[0] as number) & 0xe0);
  }

  /** A step of a game that takes what is there. */
  step(nowMs: number): void {
    this.guard.step([this.client], nowMs);
    for (const input of this.client._inputBuffer ?? []) this.taken.push({ ...(input as Taken) });
  }
}

/** A client as the SDK is one; its frames wait for the network. */
class Sender {
  readonly sent: Taken[] = [];
  readonly onTheWay: Uint8Array[] = [];
  nowMs = 0;
  readonly #input = new Input();
  readonly #encoder = new InputEncoder(this.#input);
  readonly #bundler = new InputBundler({
    send: (frame) => void this.onTheWay.push(frame.slice()),
    nowMs: () => this.nowMs,
  });

  constructor(mostInputs: number) {
    this.#bundler.joined(mostInputs);
    this.#bundler.stepsAt(RATE_HZ);
  }

  send(held: number, isStamped: boolean): void {
    const values = { held, number: this.sent.length + 1 };
    Object.assign(this.#input, values);
    const head = isStamped ? stamp() : [19];
    const frame = Uint8Array.of(...head, ...this.#encoder.encode());
    if (!this.#bundler.hold(frame)) this.onTheWay.push(frame);
    this.sent.push(values);
    // Its number is new in each input; what the player holds is what decides.
    this.#bundler.sent({ held });
  }

  end(): void {
    this.#bundler.flush();
  }
}

function stamp(): readonly number[] {
  const bytes = new Uint8Array(12);
  const it = { offset: 1 };
  bytes[0] = 19 | 0x80;
  encode.number(bytes, 17, it);
  return [...bytes.subarray(0, it.offset)];
}

describe('[IP-1] [IP-3] from the client’s hand to the game’s step', () => {
  test('whatever is pressed and however the network delivers: each input once, in order, acknowledged when it is taken', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 64),
        fc.array(
          fc.record({
            held: fc.integer({ min: -2, max: 2 }),
            isStamped: fc.boolean(),
            pauseSteps: fc.constantFrom(0, 0, 0, 0, 7),
            delivers: fc.constantFrom(0, 1, 1, 1, 20),
          }),
          { minLength: 1, maxLength: 120 },
        ),
        (mostInputs, turns) => {
          const [sender, stage] = [new Sender(mostInputs), new Stage()];
          for (const turn of turns) takeTurn(sender, stage, turn);
          sender.end();
          for (let step = 0; step < 100; step++) pass(sender, stage, 100);
          expect(stage.ack).toBe(sender.sent.length);
          expect(stage.taken).toHaveLength(sender.sent.length - stage.overBudget);
          // Half a second's worth may come at once; of more, some are refused (RM-8).
          if (stage.overBudget === 0) expect(stage.taken).toEqual(sender.sent);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('a client that sent no bundle is told nothing of its pace, however late it is', () => {
    const stages = [new Stage(), new Stage()] as const;
    for (const [index, stage] of stages.entries()) {
      const sender = new Sender(index === 0 ? 1 : 64);
      for (let i = 0; i < 5 * RATE_HZ; i++) {
        sender.nowMs += STEP_MS;
        sender.send(i % 2, false);
        if (i % 9 === 8) deliver(sender, stage, 100);
        stage.step(sender.nowMs);
      }
    }
    expect(stages.map(({ told }) => told.length > 0)).toEqual([false, true]);
  });
});

describe('[RM-6] a bundle is read within its frame', () => {
  test.each([
    ['an entry that ends behind the frame', [31, 3, 0x80, 1]],
    ['an entry that cuts a value short', [31, 1, 0x80, 1, 0]],
    ['a stamped entry of nonsense', [31, 0x82, 0xc1, 0xc1]],
    ['a field that is not there', [31, 2, 0xbf, 1]],
    ['more inputs than a room reads', [31, ...Array(65).fill(0)]],
  ])('%s', (_, bytes) => {
    const stage = new Stage();
    expect(stage.guard.receive(stage.client, Buffer.from(bytes), 0)).toBe('malformed');
  });

  test('whatever the bytes, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const stage = new Stage();
        const frame = Buffer.from([31, ...bytes]);
        expect(['taken', 'malformed']).toContain(stage.guard.receive(stage.client, frame, 0));
      }),
    );
  });
});

interface Turn {
  readonly held: number;
  readonly isStamped: boolean;
  readonly pauseSteps: number;
  readonly delivers: number;
}

/** A pause of the client, and an input. */
function takeTurn(sender: Sender, stage: Stage, turn: Turn): void {
  for (let step = 0; step < turn.pauseSteps; step++) pass(sender, stage, turn.delivers);
  sender.send(turn.held, turn.isStamped);
  pass(sender, stage, turn.delivers);
}

/** A step of time: some of the frames on the way arrive, and the room steps. What it has not taken it has not acknowledged. */
function pass(sender: Sender, stage: Stage, frames: number): void {
  sender.nowMs += STEP_MS;
  deliver(sender, stage, frames);
  stage.step(sender.nowMs);
  const { ack, taken, overBudget } = stage;
  // Thrown by hand: asked some hundred thousand times.
  if (ack < taken.length || ack > taken.length + overBudget) {
    throw new Error(`${ack} acknowledged, ${taken.length} taken, ${overBudget} refused`);
  }
}

/** Some of the frames on the way arrive. */
function deliver(sender: Sender, stage: Stage, frames: number): void {
  for (const frame of sender.onTheWay.splice(0, frames)) {
    const reception = stage.guard.receive(stage.client, frame, sender.nowMs);
    // What the guard leaves to Colyseus, as the room does.
    if (reception !== 'other') expect(reception).toBe('taken');
    else stage.readStock(frame);
  }
}
