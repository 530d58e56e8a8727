// The client's half of rooms that outlive their process, against a region of two small nodes (region-room-server.ts). What
// Meridian's own nodes make of it is tested with whole clusters.

import {
  type ConnectionState,
  MemoryStorage,
  MeridianClient,
  type MeridianClientOptions,
  type MeridianRoom,
  Predict,
  type RoomMove,
  type RoomResumed,
} from '@meridian/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MoveInput, SPEED, STEP_HZ, stepWalker } from '../support/field-simulation.ts';
import { RegionProcess } from '../support/region-process.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 10_000 };
const STEP = SPEED / STEP_HZ;

interface FieldState {
  readonly ticks: number;
  readonly words: Iterable<string>;
  readonly walkers: ReadonlyMap<string, { x: number }>;
}

let ash: RegionProcess;
let birch: RegionProcess;
beforeEach(async () => {
  [ash, birch] = await Promise.all([RegionProcess.start(), RegionProcess.start()]);
});
afterEach(async () => {
  await Promise.all([ash.kill(), birch.kill()]);
});

/** Joins a room on ash, as a client that knows of birch too. */
async function joinOnAsh(options: MeridianClientOptions = {}): Promise<MeridianRoom<FieldState>> {
  await ash.tellNodes([ash.address, birch.address]);
  const client = new MeridianClient(`http://127.0.0.1:${ash.port}`, {
    storage: new MemoryStorage(),
    ...options,
  });
  const room = await client.joinOrCreate<FieldState>('field');
  await eventually(() => room.state.walkers?.has(room.sessionId), PATIENCE);
  return room;
}

function wordsOf(room: MeridianRoom<FieldState>): string[] {
  return [...room.state.words];
}

function record(room: MeridianRoom<FieldState>) {
  const states: ConnectionState[] = [];
  const moves: RoomMove[] = [];
  const resumed: RoomResumed[] = [];
  const drops: number[] = [];
  const left: { code: number; reason: string }[] = [];
  room.onConnection((state) => states.push(state));
  room.onMoved((move) => moves.push(move));
  room.onResume((event) => resumed.push(event));
  room.onDrop(({ code }) => drops.push(code));
  room.onLeave((code, reason) => left.push({ code, reason }));
  return { states, moves, resumed, drops, left };
}

test('[SV-40] [SV-46] [SV-54] a room whose node was killed goes on at another, as the same object', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  const { colyseus, sessionId } = room;
  const walker = room.state.walkers.get(sessionId);
  room.send('say', 'before');
  await eventually(() => wordsOf(room).includes('before'), PATIENCE);
  const image = await ash.image(room.roomId);
  await birch.answer(room.roomId, 200, {
    state: 'recovering',
    roomId: room.roomId,
    retryAfterMs: 200,
    nodes: [birch.address],
  });

  await ash.kill();
  await eventually(
    () => told.states.some((state) => state.kind === 'reconnecting' && state.room === 'recovering'),
    PATIENCE,
  );
  room.send('say', 'meanwhile');
  await birch.revive(image);
  await birch.answerRunning(room.roomId, birch);
  await eventually(() => told.resumed[0], PATIENCE);
  await eventually(() => wordsOf(room).includes('meanwhile'), PATIENCE);

  expect(wordsOf(room)).toEqual(['before', 'meanwhile']);
  expect(room.colyseus).toBe(colyseus);
  expect(room.sessionId).toBe(sessionId);
  expect(room.state.walkers.get(sessionId)).toBe(walker);
  expect(told.moves).toEqual([{ from: ash.processId, to: birch.processId, reason: 'recovered' }]);
  expect(told.resumed).toMatchObject([{ hasMoved: true, resentMessages: 1, resentInputs: 0 }]);
  expect(told.states.at(-1)).toMatchObject({ kind: 'resumed', hasMoved: true });
  expect(told.drops).toEqual([1006]);
  expect(told.left).toEqual([]);
  const { ticks } = room.state;
  await eventually(() => room.state.ticks > ticks, PATIENCE);
  await room.leave();
});

test('[SV-40] an address that is dialed and does not answer is left when the room is back elsewhere', async () => {
  const room = await joinOnAsh({ link: { pingAfterSilenceMs: 200, deadAfterMs: 600 } });
  const told = record(room);
  const image = await ash.image(room.roomId);
  await birch.answerRunning(room.roomId, ash);

  ash.halt();
  await eventually(
    () => told.states.some((state) => state.kind === 'reconnecting' && state.nextTryInMs === 0),
    PATIENCE,
  );
  await birch.revive(image);
  await birch.answerRunning(room.roomId, birch);
  const revivedAtMs = performance.now();
  await eventually(() => told.resumed[0], PATIENCE);

  // A second of silence, two of questions at most, and what a busy machine adds; not the twelve of a whole try.
  expect(performance.now() - revivedAtMs).toBeLessThan(8_000);
  expect(told.moves).toMatchObject([{ to: birch.processId }]);
  await room.leave();
});

test('[SV-40] the next node that cannot let him in yet is tried again soon, however often the lost one was tried', async () => {
  const baseDelayMs = 40;
  const room = await joinOnAsh({ reconnection: { baseDelayMs, maxDelayMs: 60_000 } });
  const told = record(room);
  const image = await ash.image(room.roomId);
  await birch.answerRunning(room.roomId, ash);

  await ash.kill();
  await eventually(
    () => told.states.some((state) => state.kind === 'reconnecting' && state.attempt >= 6),
    PATIENCE,
  );
  // Said to be there, and not there yet: the node refuses.
  await birch.answerRunning(room.roomId, birch);
  const waitsMs = await eventually(() => {
    const there = told.states.filter((it) => it.kind === 'reconnecting' && it.room === 'elsewhere');
    // Told once more as it is dialed, with nothing left to wait for.
    const waits = there.map((it) => (it as { readonly nextTryInMs: number }).nextTryInMs);
    return waits.length >= 5 && waits;
  }, PATIENCE);
  await birch.revive(image);
  await eventually(() => told.resumed[0], PATIENCE);

  expect(Math.max(...waitsMs.slice(0, 5))).toBeLessThan(baseDelayMs * 2 ** 3);
  expect(told.left).toEqual([]);
  await room.leave();
});

test('[SV-41] a room that moves on purpose is followed at once, without a question', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  await birch.revive(await ash.image(room.roomId));

  await ash.sendAway(room.roomId, birch);
  const { outageMs } = await eventually(() => told.resumed[0], PATIENCE);

  expect(outageMs).toBeLessThan(2_000);
  expect(told.moves).toEqual([{ from: ash.processId, to: birch.processId, reason: 'moved' }]);
  const asked = [...(await ash.questions()), ...(await birch.questions())];
  expect(asked.filter((path) => path.startsWith('/v1/rooms'))).toEqual([]);
  expect(told.states.find(({ kind }) => kind === 'reconnecting')).toMatchObject({
    room: 'elsewhere',
    attempt: 1,
  });
  await room.leave();
});

test('[SV-43] a room that is gone for good ends with the reason the region gives', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  const reason = 'Two nodes were lost at once, and the room with them.';
  await birch.answer(room.roomId, 410, {
    error: { code: 'ROOM_LOST', message: reason, retryable: false },
  });

  await ash.kill();
  await eventually(() => told.left[0], PATIENCE);

  expect(told.left).toEqual([{ code: 4003, reason }]);
  expect(told.states.at(-1)).toEqual({ kind: 'closed', code: 4003, reason });
});

test('[SV-45] a node that is up but has no such room is believed only if the region says so', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  const image = await ash.image(room.roomId);
  // Ash is said to have the room until its lease is over; at its address is a process by now that knows nothing of it.
  await using cedar = await RegionProcess.start();
  await cedar.answer(room.roomId, 503, {});
  await birch.answer(room.roomId, 200, {
    state: 'running',
    roomId: room.roomId,
    processId: ash.processId,
    publicAddress: cedar.address,
    nodes: [birch.address],
  });

  await ash.kill();
  // It was dialed, it refused, and that was not the end.
  await eventually(
    () => told.states.some((state) => state.kind === 'reconnecting' && state.attempt >= 3),
    PATIENCE,
  );
  await birch.revive(image);
  await birch.answerRunning(room.roomId, birch);

  await eventually(() => told.resumed[0], PATIENCE);
  expect(told.left).toEqual([]);
  await room.leave();
});

test('[SV-47] what was processed before the link broke is not repeated, what was not is sent again, in order', async () => {
  await using relay = await TcpRelay.open(ash.port);
  await ash.publish(`127.0.0.1:${relay.port}`);
  const room = await joinOnAsh();
  await ash.answerRunning(room.roomId, ash);
  const told = record(room);
  room.send('say', 'heard');
  await eventually(() => wordsOf(room).includes('heard'), PATIENCE);

  relay.freeze();
  room.send('say', 'on the way');
  room.colyseus.sendBytes('bytes', new TextEncoder().encode('bytes on the way'));
  relay.refuse(true);
  relay.cut();
  await eventually(() => told.drops.length > 0, PATIENCE);
  for (let i = 0; i < 20; i++) room.send('say', `waiting ${i}`);
  room.colyseus.sendBytes('bytes', new TextEncoder().encode('bytes waiting'));
  relay.refuse(false);
  await eventually(() => told.resumed[0], PATIENCE);
  room.send('say', 'after');
  await eventually(() => wordsOf(room).includes('after'), PATIENCE);

  expect(wordsOf(room)).toEqual([
    'heard',
    'on the way',
    'bytes on the way',
    ...Array.from({ length: 20 }, (_, i) => `waiting ${i}`),
    'bytes waiting',
    'after',
  ]);
  expect(told.resumed).toMatchObject([{ hasMoved: false, resentMessages: 23 }]);
  expect(told.moves).toEqual([]);
  await room.leave();
});

test('[SV-47] what the lost node had processed after its last checkpoint is processed once by the next', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  room.send('say', 'one');
  await eventually(() => wordsOf(room).includes('one'), PATIENCE);
  const image = await ash.image(room.roomId);
  room.send('say', 'two');
  await eventually(() => wordsOf(room).includes('two'), PATIENCE);
  await birch.revive(image);
  await birch.answerRunning(room.roomId, birch);

  await ash.kill();
  await eventually(() => told.resumed[0], PATIENCE);
  room.send('say', 'three');
  await eventually(() => wordsOf(room).includes('three'), PATIENCE);
  expect(wordsOf(room)).toEqual(['one', 'two', 'three']);
  await room.leave();
});

test('[SV-48] what is sent while the room has not let the client in again waits, and arrives', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  await birch.revive(await ash.image(room.roomId));
  let isAsked = false;
  // Colyseus itself tells first, before it has acknowledged the JOIN.
  room.colyseus.onReconnect(() => {
    room.send('say', 'too early');
    isAsked = room.colyseus.connection.isOpen;
  });
  await ash.sendAway(room.roomId, birch);
  await eventually(() => told.resumed[0], PATIENCE);
  await eventually(() => wordsOf(room).includes('too early'), PATIENCE);
  expect(isAsked).toBe(false);
  await room.leave();
});

test('[SV-50] requests are not repeated: they fail when the link breaks', async () => {
  await using relay = await TcpRelay.open(ash.port);
  await ash.publish(`127.0.0.1:${relay.port}`);
  const room = await joinOnAsh();
  const told = record(room);
  relay.freeze();
  const answer = room.request('add', [1]);
  relay.cut();
  await expect(answer).rejects.toMatchObject({ code: 'CLOSED' });
  await eventually(() => told.resumed[0], PATIENCE);
  expect(told.resumed).toMatchObject([{ resentMessages: 0 }]);
  await room.leave();
});

test.each([{ frames: 'go on during the outage' }, { frames: 'stand still, as in a hidden tab' }])(
  '[SV-51] inputs the lost node had not put into a checkpoint are applied once, and the prediction is right; frames $frames',
  async ({ frames: how }) => {
    const room = await joinOnAsh();
    const told = record(room);
    const walker = room.state.walkers.get(room.sessionId) as { x: number };
    const predict = Predict.get(room.colyseus as never);
    const input = room.input<{ direction: number }>({ type: MoveInput as never });
    const corrections: number[] = [];
    const me = predict.reconciler<{ x: number }, { direction: number }>(walker, {
      input: input as never,
      fields: ['x'],
      step: stepWalker,
      onReconcile: () => corrections.push(me.lastCorrectionMag),
      warnOnDivergence: 1_000_000,
    });
    let isPainting = true;
    let painted = 0;
    const frames = setInterval(() => {
      if (!isPainting) return;
      predict.tick(performance.now());
      painted += 1;
    }, 8);
    /** Waits for a fact, and until the prediction has seen it. */
    const painting = async (fact: () => boolean) => {
      await eventually(fact, PATIENCE);
      const before = painted;
      await eventually(() => painted > before, PATIENCE);
    };
    const walk = async (steps: number) => {
      for (let sent = 0; sent < steps; sent++) {
        input.data.direction = sent % 4 === 0 ? -1 : 1;
        input.send();
        const ticks = room.state.ticks;
        await eventually(() => room.state.ticks > ticks, { ...PATIENCE, everyMs: 2 });
      }
    };
    try {
      await walk(8);
      await eventually(() => walker.x === 4 * STEP, PATIENCE);
      const image = await ash.image(room.roomId);
      await birch.revive(image);
      await birch.answerRunning(room.roomId, birch);
      await walk(8);
      await eventually(() => walker.x === 8 * STEP, PATIENCE);
      input.data.direction = -1;

      isPainting = how.startsWith('go on');
      await ash.kill();
      await eventually(() => told.resumed[0], PATIENCE);
      isPainting = true;
      // The room on birch is as the image was: eight inputs ago.
      expect(told.resumed).toMatchObject([{ resentInputs: 8 }]);
      expect(input.data.direction, 'what the game had staged').toBe(-1);
      // Counted anew since the connection broke.
      await painting(() => input.lastProcessed === 8);
      expect({ room: walker.x, predicted: me.state.x }).toEqual({
        room: 8 * STEP,
        predicted: 8 * STEP,
      });

      corrections.length = 0;
      await walk(8);
      await painting(() => input.lastProcessed === 16);
      expect(walker.x).toBe(12 * STEP);
      expect(me.state.x).toBe(12 * STEP);
      expect(corrections.length).toBeGreaterThan(0);
      expect(Math.max(...corrections)).toBe(0);
    } finally {
      clearInterval(frames);
    }
    await room.leave();
  },
);

test('[SV-51] at most half a second of inputs is repeated, and both sides count alike afterwards', async () => {
  const room = await joinOnAsh();
  const told = record(room);
  const input = room.input<{ direction: number }>({ type: MoveInput as never });
  const x = () => room.state.walkers.get(room.sessionId)?.x;
  const image = await ash.image(room.roomId);
  input.data.direction = 1;
  for (let i = 0; i < STEP_HZ; i++) input.send();
  await eventually(() => x() === STEP_HZ * STEP, PATIENCE);
  await birch.revive(image);
  await birch.answerRunning(room.roomId, birch);
  await ash.kill();
  await eventually(() => told.resumed.length === 1, PATIENCE);
  expect(told.resumed).toMatchObject([{ resentInputs: STEP_HZ / 2 }]);
  await eventually(() => x() === (STEP_HZ / 2) * STEP, PATIENCE);

  // Back once more, with nothing missing: nothing is repeated.
  const [[, session] = [room.sessionId, null]] = (await birch.image(room.roomId)).sessions;
  expect(session?.inputs).toBe(STEP_HZ / 2);
  await birch.sendAway(room.roomId, birch);
  await eventually(() => told.resumed.length === 2, PATIENCE);
  expect(told.resumed[1]).toMatchObject({ resentInputs: 0, hasMoved: false });
  await room.leave();
});

test('[SV-53] a room that is being brought back is joined by its id when it is back', async () => {
  const room = await joinOnAsh();
  const image = await ash.image(room.roomId);
  await birch.answerJoins(503, {
    error: { code: 'ROOM_RECOVERING', message: 'soon', retryable: true, retryAfterMs: 100 },
  });
  const client = new MeridianClient(`http://127.0.0.1:${birch.port}`, {
    storage: new MemoryStorage(),
  });
  const joining = client.joinById<FieldState>(room.roomId);
  await eventually(async () => (await birch.questions()).length >= 2, PATIENCE);
  await birch.revive(image);
  await birch.answerJoins(null, null);
  const joined = await joining;
  expect(joined.roomId).toBe(room.roomId);
  await joined.leave();
  await room.leave();
});

test('[SV-52] a seat at a node that does not answer is given up for another one', async () => {
  const seat = await new MeridianClient(`http://127.0.0.1:${ash.port}`, {
    storage: new MemoryStorage(),
  }).joinOrCreate('field');
  // Birch still gives seats at ash, once.
  await birch.answerJoins(200, {
    name: 'field',
    roomId: seat.roomId,
    sessionId: 'nobody',
    processId: ash.processId,
    publicAddress: ash.address,
    nodes: [birch.address],
  });
  ash.halt();
  const client = new MeridianClient(`http://127.0.0.1:${birch.port}`, {
    storage: new MemoryStorage(),
  });
  const joining = client.joinOrCreate<FieldState>('field');
  await eventually(async () => (await birch.questions()).length >= 1, PATIENCE);
  await birch.answerJoins(null, null);
  const room = await joining;
  await eventually(() => room.state.walkers?.has(room.sessionId), PATIENCE);
  await room.leave();
  await seat.leave();
});

test('[SV-52] the first join after a node was lost succeeds, at another node', async () => {
  await ash.tellNodes([ash.address, birch.address]);
  const client = new MeridianClient(`http://127.0.0.1:${ash.port}`, {
    storage: new MemoryStorage(),
  });
  await (await client.joinOrCreate('field')).leave();
  await ash.kill();
  const room = await client.joinOrCreate<FieldState>('field');
  await eventually(() => room.state.walkers?.has(room.sessionId), PATIENCE);
  await room.leave();
});
