// Colyseus' own SDK, unmodified, against a Meridian node: what every game written for Colyseus brings along.

import { setTimeout as sleep } from 'node:timers/promises';
import { Callbacks, Client, Predict, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MoveInput, SPEED, STEP_HZ, stepWalker } from '../support/field-simulation.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 10_000 };

interface WalkerState {
  x: number;
}

interface FieldState {
  readonly ticks: number;
  readonly walkers: ReadonlyMap<string, WalkerState>;
}

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/field-game.ts');
});
afterAll(() => node[Symbol.asyncDispose]());

/** A client that has signed in as a guest, as the REST API's documentation says. */
async function guest(port = node.port): Promise<Client> {
  const client = new Client(`ws://127.0.0.1:${port}`);
  const { data } = await client.http.post('/v1/auth/guest', { body: {} });
  client.auth.token = (data as { readonly accessToken: string }).accessToken;
  return client;
}

async function join(client: Client): Promise<Room<unknown, FieldState>> {
  const room = await client.joinOrCreate<FieldState>('field');
  await eventually(() => room.state.walkers?.has(room.sessionId), PATIENCE);
  return room as Room<unknown, FieldState>;
}

test('[ND-1] joins, talks, asks, and sees the state move', async () => {
  const room = await join(await guest());
  const echoed = new Promise((resolve) => room.onMessage('echo', resolve));
  room.send('echo', { at: [1, 2.5, null, 'é'] });
  expect(await echoed).toEqual({ at: [1, 2.5, null, 'é'] });
  expect(await room.request('add', [1, 2, 3])).toBe(6);
  const { ticks } = room.state;
  await eventually(() => room.state.ticks > ticks + 10, PATIENCE);
  await room.leave();
});

test('[ND-1] two players see one another come, move and go', async () => {
  const [ann, ben] = [await join(await guest()), await join(await guest())];
  expect(ben.roomId).toBe(ann.roomId);
  await eventually(() => ann.state.walkers.size === 2 && ben.state.walkers.size === 2, PATIENCE);
  const left: string[] = [];
  Callbacks.get(ann as never).onRemove('walkers' as never, (_: unknown, id: unknown) =>
    left.push(String(id)),
  );
  const input = ben.input({ type: MoveInput, mode: 'reliable' });
  input.data.direction = 1;
  input.send();
  await eventually(() => ann.state.walkers.get(ben.sessionId)?.x === SPEED / STEP_HZ, PATIENCE);
  await ben.leave();
  await eventually(() => left.includes(ben.sessionId), PATIENCE);
  await ann.leave();
});

test('[ND-1] a predicted player is where the room puts him, without corrections', async () => {
  const room = await join(await guest());
  const walker = room.state.walkers.get(room.sessionId) as WalkerState;
  const predict = Predict.get(room as never);
  const input = room.input({ type: MoveInput, mode: 'reliable' });
  const corrections: number[] = [];
  const me = predict.reconciler<WalkerState, { direction: number }>(walker, {
    input: input as never,
    fields: ['x'],
    step: stepWalker,
    onReconcile: () => corrections.push(me.lastCorrectionMag),
    warnOnDivergence: 1_000_000,
  });
  const steps = 2 * STEP_HZ;
  let predictedFirst = 0;
  for (let sent = 0; sent < steps; ) {
    await frame();
    for (let due = predict.tick(performance.now()); due > 0 && sent < steps; due--, sent++) {
      input.data.direction = sent % 4 === 0 ? -1 : 1;
      input.send();
      // Its effect is on the screen before the server can have heard of it.
      if (me.state.x !== walker.x) predictedFirst++;
    }
  }
  const expected = ((steps * 3) / 4 - steps / 4) * (SPEED / STEP_HZ);
  await eventually(() => walker.x === expected, PATIENCE);
  await eventually(() => input.lastProcessed === steps, PATIENCE);
  expect(me.state.x).toBe(expected);
  expect(predictedFirst).toBeGreaterThan(steps / 2);
  expect(corrections.length).toBeGreaterThan(0);
  expect(Math.max(...corrections)).toBe(0);
  await room.leave();
});

test('[ND-2] a dropped client comes back to the same seat, and plays on', async () => {
  await using relay = await TcpRelay.open(node.port);
  const room = await join(await guest(relay.port));
  // The SDK does not try within the first five seconds of a room; the rest is as it comes.
  room.reconnection.minUptime = 0;
  const events: string[] = [];
  room.onDrop(() => events.push('drop'));
  room.onReconnect(() => events.push('reconnect'));
  room.onLeave((code) => events.push(`leave ${code}`));
  const input = room.input({ type: MoveInput, mode: 'reliable' });
  input.data.direction = 1;
  input.send();
  const walker = room.state.walkers.get(room.sessionId) as WalkerState;
  await eventually(() => walker.x > 0, PATIENCE);
  const seat = { roomId: room.roomId, sessionId: room.sessionId };
  const { x } = walker;

  relay.cut();
  await eventually(() => events.includes('reconnect'), PATIENCE);
  expect(events).toEqual(['drop', 'reconnect']);
  expect({ roomId: room.roomId, sessionId: room.sessionId }).toEqual(seat);
  const { ticks } = room.state;
  await eventually(() => room.state.ticks > ticks, PATIENCE);
  expect(room.state.walkers.get(room.sessionId)?.x).toBe(x);
  input.send();
  await eventually(() => (room.state.walkers.get(room.sessionId)?.x ?? 0) > x, PATIENCE);
  expect(await room.request('add', [40, 2])).toBe(42);
  await room.leave();
  expect(events).toEqual(['drop', 'reconnect', 'leave 4000']);
});

test('[ND-2] a reloaded page takes its seat again with the token it kept', async () => {
  await using relay = await TcpRelay.open(node.port);
  const client = await guest(relay.port);
  const room = await join(client);
  room.reconnection.enabled = false;
  const { reconnectionToken, sessionId, roomId } = room;
  const dropped = new Promise((resolve) => room.onLeave(resolve));
  relay.cut();
  await dropped;
  const again = await client.reconnect<FieldState>(reconnectionToken);
  expect({ sessionId: again.sessionId, roomId: again.roomId }).toEqual({ sessionId, roomId });
  await again.leave();
});

test('[ND-3] the SDK tells a refused join in words and numbers', async () => {
  const client = await guest();
  const refusals = {
    unknown: await client.joinOrCreate('nowhere').catch(shown),
    unknownId: await client.joinById('nosuchroom').catch(shown),
    create: await client.create('field').catch(shown),
    broken: await client.joinOrCreate('broken').catch(shown),
    closed: await client.joinOrCreate('closed').catch(shown),
    stranger: await new Client(node.url).joinOrCreate('field').catch(shown),
  };
  expect(refusals).toEqual({
    unknown: { code: 404, message: expect.stringContaining('nowhere') },
    unknownId: { code: 404, message: expect.stringContaining('nosuchroom') },
    create: { code: 403, message: expect.stringContaining('not open to clients') },
    broken: { code: 500, message: 'Something went wrong on our side.' },
    closed: { code: 4002, message: 'The room refused the seat.' },
    stranger: { code: 401, message: expect.stringContaining('Sign in first') },
  });
});

function shown(error: unknown): { code: unknown; message: string } {
  const { code, message } = error as Error & { readonly code: unknown };
  return { code, message };
}

/** What a browser's requestAnimationFrame is to the game loop. */
function frame(): Promise<void> {
  return sleep(1_000 / 60);
}
