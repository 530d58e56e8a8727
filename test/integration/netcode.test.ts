// What a client draws of a real room, over real sockets.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  MemoryStorage,
  MeridianClient,
  type MeridianRoom,
  type RoomQuality,
} from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Aim, RUNNER_SPEED, STEP_HZ, TRACK } from '../support/runner-track.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 10_000 };
const FRAME_MS = 16;

interface Runner {
  readonly x: number;
}

interface RunnerState {
  readonly runners: Map<string, Runner>;
}

let node: MeridianProcess;
let relay: TcpRelay;

beforeAll(async () => {
  node = await startMeridian('test/support/runner-game.ts');
  relay = await TcpRelay.open(node.port);
});

afterAll(async () => {
  await relay?.[Symbol.asyncDispose]();
  await node?.[Symbol.asyncDispose]();
});

async function join(): Promise<MeridianRoom<RunnerState>> {
  const client = new MeridianClient(`http://127.0.0.1:${relay.port}`, {
    storage: new MemoryStorage(),
  });
  await client.signInAsGuest();
  const room = await client.joinOrCreate<RunnerState>('runner');
  await eventually(() => room.state.runners?.has('runner'), PATIENCE);
  return room;
}

/** Draws the runner, frame by frame. @returns where, and at which moment of the room */
async function draw(
  room: MeridianRoom<RunnerState>,
  frames: number,
  onFrame: (x: number, due: number) => void = () => undefined,
): Promise<{ readonly x: number; readonly roomMs: number; readonly atMs: number }[]> {
  const predict = room.predict({ smooth: { runners: { fields: ['x'] } } });
  const runner = room.state.runners.get('runner') as Runner;
  const drawn = [];
  for (let i = 0; i < frames; i += 1) {
    await sleep(FRAME_MS);
    const atMs = performance.now();
    const due = predict.tick(atMs);
    const x = predict.value(runner, 'x');
    onFrame(x, due);
    drawn.push({ x, roomMs: predict.roomMs, atMs });
  }
  return drawn;
}

test('[NC-3] a runner of a real room is drawn at his speed, a little behind', async () => {
  const room = await join();
  await draw(room, 60);
  const drawn = await draw(room, 120);
  const rates = drawn.slice(1).map(({ x, atMs }, i) => {
    const last = drawn[i] as (typeof drawn)[number];
    return Math.abs(x - last.x) / (atMs - last.atMs);
  });
  const usual = rates.toSorted((a, b) => a - b)[(rates.length / 2) | 0] as number;
  // Sampled at the room's moments, whatever the machine's timers did to the frames.
  expect(usual).toBeCloseTo(RUNNER_SPEED / 1_000, 2);
  expect(drawn.every(({ x }) => x >= TRACK.from - 75 && x <= TRACK.to + 75)).toBe(true);
  const { delayMs, playedMs } = room.predict().playback;
  expect(delayMs).toBeGreaterThan(1_000 / STEP_HZ);
  expect(playedMs).toBeGreaterThan(100 * FRAME_MS);
  await room.leave();
});

test('[NC-13] a shot is judged against the place where its target was drawn', async () => {
  const room = await join();
  const input = room.input<{ x: number }>({ type: Aim as never });
  const shoot = (x: number) => {
    input.data.x = x;
    input.send();
  };
  let frame = 0;
  await draw(room, 60, (x) => {
    frame += 1;
    // No faster than the room's step: it takes one input each.
    if (frame % 5 === 0) shoot(x);
  });
  await room.request('misses');
  await draw(room, 120, (x) => {
    frame += 1;
    if (frame % 5 === 0) shoot(x);
  });
  const misses = (await room.request<number[]>('misses')).map(Math.abs).toSorted((a, b) => a - b);
  expect(misses.length).toBeGreaterThan(15);
  // A stamp is a whole ms, and a millisecond of this runner 0.3 units; he turns, too.
  expect(misses[Math.floor(misses.length * 0.9)], misses.join(' ')).toBeLessThan(1);
  await room.leave();
});

test('[NC-10] who only watches has the time of the room', async () => {
  const room = await join();
  await draw(room, 120);
  const askedAtMs = room.clock.now();
  const roomMs = await room.request<number>('now');
  const tookMs = room.clock.now() - askedAtMs;
  // The room's own clock moves on with its steps.
  expect(room.clock.serverNow() - roomMs).toBeGreaterThan(-5);
  expect(room.clock.serverNow() - roomMs).toBeLessThan(1_000 / STEP_HZ + tookMs + 20);
  await room.leave();
});

test('[NC-11] [NC-14] what the room says of the link is told, in words that can be trusted', async () => {
  const room = await join();
  const heard: RoomQuality[] = [];
  room.onQuality((quality) => heard.push(quality));
  const patchIntervalMs = { near: 50, mid: 100, far: 200 };
  for (const nonsense of [null, 7, { level: 9, patchIntervalMs }, { level: 1 }]) {
    room.send('tell', nonsense);
  }
  room.send('tell', { level: 2, patchIntervalMs });
  await eventually(() => heard.some(({ level }) => level === 2), PATIENCE);
  expect(heard).toEqual([
    { level: 0, patchIntervalMs: null, isPoorLink: false },
    { level: 2, patchIntervalMs, isPoorLink: false },
  ]);
  expect(room.clock.patchInterval?.()).toBe(0);
  room.send('tell', { level: 4, patchIntervalMs: { near: 400, mid: 0, far: 0 } });
  await eventually(() => heard.at(-1)?.isPoorLink, PATIENCE);
  await room.leave();
});

test('[NC-12] once a second the room hears how its client fares', async () => {
  const room = await join();
  const drawing = draw(room, 200);
  const report = await eventually(async () => {
    const latest = await room.request<{ readonly framesPerSecond: number } | undefined>('report');
    return latest !== undefined && latest.framesPerSecond > 0 ? latest : null;
  }, PATIENCE);
  expect(report).toMatchObject({
    transport: 'websocket',
    isHidden: false,
    interpolationDelayMs: expect.any(Number),
    transitQ95Ms: expect.any(Number),
  });
  await drawing;
  await room.leave();
});

test('[NC-5] [NC-4] a cut link is a guess and a blend, and the runner is right again', async () => {
  const room = await join();
  await draw(room, 60);
  let hasResumed = false;
  room.onResume(() => {
    hasResumed = true;
  });
  relay.cut();
  const drawn = await draw(room, 10);
  while (!hasResumed) drawn.push(...(await draw(room, 5)));
  drawn.push(...(await draw(room, 90)));
  const runner = room.state.runners.get('runner') as Runner;
  // A little behind the newest, and nowhere else.
  const behind = Math.abs((drawn.at(-1)?.x as number) - runner.x);
  expect(behind).toBeLessThan((RUNNER_SPEED * 400) / 1_000);
  expect(drawn.every(({ x }) => x >= TRACK.from - 75 && x <= TRACK.to + 75)).toBe(true);
  expect(room.clock.serverNow() - room.predict().roomMs).toBeLessThan(600);
  await room.leave();
});
