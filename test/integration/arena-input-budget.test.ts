// The input budget as a cheat meets it: one client says its wish once per step, another ten times; both run up and down the
// same lane, and an onlooker's state tells how far they came in the same time.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ArenaState } from '../../demos/arena/shared/arena-state.ts';
import { MoveInput } from '../../demos/arena/shared/move-input.ts';
import { STEP_SECONDS, WALK_SPEED } from '../../demos/arena/shared/rules.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import type { RangeOptions } from '../support/range-game.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

/** Long enough for the burst that a budget allows once (half a second) to be under a tenth of it. */
const RUN_MS = 12_000;
const LANE = { y: 600, fromX: 850, toX: 1_110 } as const;
const MIDDLE = { x: 980, y: LANE.y } as const;
const FRAME_MS = 8;

let node: MeridianProcess;

beforeAll(async () => {
  // The limit of frames a second would end the cheat's connection; here the budget alone has to hold.
  node = await startMeridian('test/support/range-game.ts', {
    MERIDIAN_ROOMS_MESSAGES_PER_SECOND: '1000',
  });
});

afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
});

longTest('ten times the inputs move nobody farther', async () => {
  const options: RangeOptions = { places: [MIDDLE, MIDDLE], rewinds: true };
  const honest = await (await signedIn()).joinOrCreate<ArenaState>('range', { ...options });
  const cheat = await (await signedIn()).joinById<ArenaState>(honest.roomId);
  await eventually(() => honest.state.fighters?.size === 2, { withinMs: 5_000 });
  const measured = measure(honest, [honest.sessionId, cheat.sessionId]);
  const stops = [run(honest, 1), run(cheat, 10)];
  const [honestWay = 0, cheatWay = 0] = await measured;
  for (const stop of stops) stop();
  await Promise.all([honest.leave(), cheat.leave()]);

  const figures = `honest ${honestWay.toFixed(0)}, cheat ${cheatWay.toFixed(0)} units`;
  expect(honestWay, figures).toBeGreaterThan((0.9 * WALK_SPEED * RUN_MS) / 1_000);
  expect(cheatWay / honestWay, figures).toBeGreaterThan(0.9);
  expect(cheatWay / honestWay, figures).toBeLessThan(1.1);
  // Nine of ten were really sent, and really refused.
  const refused = /^meridian_inputs_over_budget_total\{room="range"\} (\d+)/m.exec(
    await node.metrics(),
  );
  expect(Number(refused?.[1])).toBeGreaterThan((8 * RUN_MS) / 1_000 / STEP_SECONDS);
});

/** Sends each input `times` times. @returns stops it */
function run(room: MeridianRoom<ArenaState>, times: number): () => void {
  const input = room.input<MoveInput>({ type: MoveInput });
  let dueAtMs = performance.now();
  input.data.moveX = 127;
  const timer = setInterval(() => {
    const me = room.state.fighters?.get(room.sessionId);
    if (me !== undefined && me.x < LANE.fromX) input.data.moveX = 127;
    if (me !== undefined && me.x > LANE.toX) input.data.moveX = -127;
    for (; dueAtMs <= performance.now(); dueAtMs += STEP_SECONDS * 1_000) {
      for (let sent = 0; sent < times; sent += 1) input.send();
    }
  }, FRAME_MS);
  return () => clearInterval(timer);
}

/** @returns how far each fighter came in `RUN_MS` of the room's clock, in units */
function measure(room: MeridianRoom<ArenaState>, ids: readonly string[]): Promise<number[]> {
  const xOf = () => ids.map((id) => room.state.fighters.get(id)?.x ?? 0);
  const ways = ids.map(() => 0);
  const startedAtMs = room.clock.lastServerTime();
  let before = xOf();
  const { promise, resolve } = Promise.withResolvers<number[]>();
  const stop = room.onStateChange(() => {
    const now = xOf();
    now.forEach((x, index) => {
      ways[index] = (ways[index] ?? 0) + Math.abs(x - (before[index] ?? x));
    });
    before = now;
    if (room.clock.lastServerTime() - startedAtMs < RUN_MS) return;
    stop();
    resolve(ways);
  });
  return promise;
}

async function signedIn(): Promise<MeridianClient> {
  const client = new MeridianClient(node.url, { storage: new MemoryStorage() });
  await client.signInAsGuest();
  return client;
}
