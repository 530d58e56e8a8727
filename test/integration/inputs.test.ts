// Inputs at 60 steps a second, of our client and of Colyseus' own, also over a link that breaks.

import { Client as StockClient } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { joinRunner, PATIENCE, RunnerAtPlay, type RunnerState } from '../support/runner-player.ts';
import { RunInput, STEP_HZ, STRIDE } from '../support/runner-simulation.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const INPUT_CODE = 19;
const BUNDLE_CODE = 31;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/paced-runner-game.ts');
});
afterAll(() => node[Symbol.asyncDispose]());

test('[IP-1] [IP-3] our client sends three inputs in a frame, and the room takes one in each step', async () => {
  const { room, play } = await joinRunner(node.port);
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
  expect(await node.metric('meridian_inputs_total{room="runner"}')).toBeGreaterThan(0);
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
  const { room, play } = await joinRunner(relay.port);
  using _ = play;
  const resent: number[] = [];
  room.onResume(({ resentInputs }) => resent.push(resentInputs));
  for (let outage = 1; outage <= 3; outage++) {
    await play.play(20);
    relay.freeze();
    // These are sent, and never arrive.
    await play.play(7);
    relay.cut();
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
  const { room, play } = await joinRunner(relay.port, 'guessing');
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
