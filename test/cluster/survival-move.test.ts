// Rooms that move on purpose: drains and SIGTERM, and what can go wrong on the way. Real nodes, a real Redis.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { matchmake, RawClient } from '../support/raw-client.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { hooksOf, PATIENCE, Player } from '../support/survival-player.ts';

const GAME = 'test/support/survival-game.ts';
const JOIN_FRAME = 10;

let region: MeridianRegion;
let ash: MeridianProcess;
let birch: MeridianProcess;
const hooks = (room: string, ...nodes: MeridianProcess[]) =>
  hooksOf(nodes, room).map(({ hook }) => hook);

/** Says numbered words all the time. @returns how many it were, when told to stop */
function chatter(player: Player): () => number {
  let said = 0;
  const timer = setInterval(() => player.room.send('say', String(said++)), 20);
  return () => {
    clearInterval(timer);
    return said;
  };
}

const countTo = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe('a drained node', () => {
  let ada: Player;
  let mortal: Player;
  beforeAll(async () => {
    region = await MeridianRegion.open(GAME, { MERIDIAN_ROOMS_SEAT_HOLD_MS: '2500' });
    [ash, birch] = await Promise.all([region.start(), region.start()]);
    await region.acquainted();
    ada = await Player.make(region, ash, 'journal');
    mortal = await Player.make(region, ash, 'none');
  });
  afterAll(async () => {
    await region[Symbol.asyncDispose]();
  });

  test('[SV-33] is asked for by an operator, by its id', async () => {
    const path = `nodes/${await region.idOf(ash)}/drain`;
    expect((await region.askOperator('POST', path, 'somebody else')).status).toBe(401);
    const unknown = await region.askOperator('POST', 'nodes/nobody/drain');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: 'NODE_UNKNOWN' } });
  });

  test('[SV-20] [SV-32] [SV-33] moves its durable rooms; nothing is lost, twice or out of order', async () => {
    const slowJoin = ada.joinedBy(ash, { slowMs: 300 });
    await eventually(() => hooks(ada.roomId, ash).includes('onJoin'), PATIENCE);
    const stop = chatter(ada);
    await ada.until(() => ada.words.length > 5);
    const result = await region.drain(ash);
    expect(result).toMatchObject({ movedRooms: 1, keptRooms: 1 });
    await ada.until((state) => state.pid === birch.child.pid);
    const said = ada.words.length + 10;
    await ada.until(() => ada.words.length > said);
    const total = stop();
    await ada.until(() => ada.words.length === total);
    expect(ada.words).toEqual(countTo(total));
    expect(ada.drops).toEqual([4_010]);
    // Who was half way in has come along.
    const late = await slowJoin;
    await eventually(() => late.room.state.pid === birch.child.pid, PATIENCE);
    expect(late.ending).toBeNull();
    expect(ada.room.state.actors.has(late.sessionId)).toBe(true);
    await late.room.leave();
  });

  test('[SV-21] the clock did not go back', () => {
    const { clocksMs } = ada;
    const steps = clocksMs.slice(1).map((ms, i) => ms - (clocksMs[i] as number));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  });

  test('[SV-34] the game hears onRelease on the source, and nothing of an end', () => {
    const heard = hooks(ada.roomId, ash).filter((it) => it !== 'onJoin' && it !== 'onCreate');
    expect(heard).toEqual(['onRelease']);
    const left = hooksOf([birch], ada.roomId).filter(({ hook }) => hook === 'onLeave');
    expect(left.map(({ sessionId }) => sessionId)).not.toContain(ada.sessionId);
  });

  test('[SV-33] a room without a journal plays on, and gets no new neighbours', async () => {
    expect(mortal.drops).toEqual([]);
    await mortal.say('still here');
    const { body } = await matchmake(ash, { target: 'journal', body: { title: 'new' } });
    expect(body.processId).toBe(await region.idOf(birch));
  });

  test('[SV-34] counts are right on both sides', async () => {
    await eventually(async () => (await ash.metric('meridian_rooms')) === 1, PATIENCE);
    expect(await ash.metric('meridian_clients')).toBe(1);
    await mortal.room.leave();
    await ada.room.leave();
    await eventually(async () => (await ash.metric('meridian_clients')) === 0, PATIENCE);
    await eventually(async () => (await birch.metric('meridian_clients')) === 0, PATIENCE);
  });
});

test('[SV-32] who leaves while his room stands still has left where it goes on', async () => {
  await using trees = await MeridianRegion.open(GAME, { MERIDIAN_ROOMS_SEAT_HOLD_MS: '60000' });
  const [oak, fir] = await Promise.all([trees.start(), trees.start()]);
  await trees.acquainted();
  const eve = await Player.make(trees, oak, 'journal');
  const bob = await eve.joinedBy(oak);
  // The move waits for whoever is half way in.
  const late = eve.joinedBy(oak, { slowMs: 500 });
  await eventually(() => hooks(eve.roomId, oak).includes('onJoin'), PATIENCE);
  const draining = trees.drain(oak);
  const frozen = 'meridian_rooms_frozen_total{room="journal",reason="move"}';
  await eventually(async () => (await oak.metric(frozen)) === 1, PATIENCE);
  // Not `leave()`, which asks the room, and would ask it again where it goes on.
  bob.room.colyseus.connection.close(4_000);
  expect(await draining).toMatchObject({ movedRooms: 1 });
  await eve.until(({ pid, actors }) => pid === fir.child.pid && !actors.has(bob.sessionId));
  expect(hooksOf([oak, fir], eve.roomId).filter(({ hook }) => hook === 'onLeave')).toEqual([
    expect.objectContaining({ sessionId: bob.sessionId }),
  ]);
  await late;
}, 30_000);

describe('a move that fails', () => {
  beforeEach(async () => {
    region = await MeridianRegion.open(GAME, { MERIDIAN_ROOMS_SEAT_HOLD_MS: '2500' });
    ash = await region.start();
  });
  afterEach(async () => {
    await region[Symbol.asyncDispose]();
  });

  test('[SV-33] without another node the room plays on', async () => {
    const ada = await Player.make(region, ash, 'journal');
    expect(await region.drain(ash)).toMatchObject({ movedRooms: 0, keptRooms: 1 });
    await ada.say('still here');
    expect(ada.drops).toEqual([]);
  });

  test('[SV-24] [SV-32] at a target that cannot load it, the room plays on at the source', async () => {
    const ada = await Player.make(region, ash, 'journal');
    ada.room.send('on-restore', 'refuse-elsewhere');
    birch = await region.start({ env: { SURVIVAL_IS_TARGET: 'yes' } });
    const stop = chatter(ada);
    await ada.until(() => ada.words.length > 5);
    expect(await region.drain(ash)).toMatchObject({ movedRooms: 0, keptRooms: 1 });
    expect(hooks(ada.roomId, birch)).toContain('onRestore');
    const known = ada.words.length;
    await ada.until(() => ada.words.length > known + 10);
    const total = stop();
    await ada.until(() => ada.words.length === total);
    // What came while it stood still was read after it, in order.
    expect(ada.words).toEqual(countTo(total));
    expect(ada.drops).toEqual([]);
    expect(await region.ownerOf(ada.roomId)).toBe(ash);
    // Nothing of it is left at the target, and its game was not told of an end.
    expect(await birch.metric('meridian_rooms')).toBe(0);
    expect(hooks(ada.roomId, birch)).not.toContain('onDispose');
    // It is written down as before.
    const cedar = await region.start();
    birch.child.kill('SIGTERM');
    await birch.ended;
    await region.kill(ash);
    await eventually(async () => (await region.ownerOf(ada.roomId)) === cedar, PATIENCE);
    expect((await ada.joinedBy(cedar)).words).toEqual(countTo(total));
  });
});

describe('SIGTERM', () => {
  beforeEach(async () => {
    region = await MeridianRegion.open(GAME);
  });
  afterEach(async () => {
    await region[Symbol.asyncDispose]();
  });

  test('[SV-33] with another node, players stay', async () => {
    [ash, birch] = await Promise.all([region.start(), region.start()]);
    await region.acquainted();
    const ada = await Player.make(region, ash, 'checkpoint');
    await ada.say('before');
    expect(await ash.stop()).toMatchObject({ exitCode: 0 });
    await ada.until((state) => state.pid === birch.child.pid);
    expect(ada.words).toEqual(['before']);
    expect(ada.ending).toBeNull();
  });

  test('[SV-33] without, the room is written down, and the next node to start brings it back', async () => {
    ash = await region.start();
    const ada = await Player.make(region, ash, 'checkpoint');
    await ada.say('before');
    expect(await ash.stop()).toMatchObject({ exitCode: 0 });
    expect(hooks(ada.roomId, ash)).toEqual(['onCreate', 'onRelease']);
    // At the same address, as after a deploy.
    const next = await region.start({
      env: { PORT: String(ash.port), MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ash.port}` },
    });
    await ada.until((state) => state.pid === next.child.pid);
    expect(ada.words).toEqual(['before']);
    await ada.say('after');
  });
});

describe('a socket at a node where its room is not', () => {
  const PLAYERS = '203.0.113.7';
  beforeAll(async () => {
    region = await MeridianRegion.open(GAME, {
      MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback',
      MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '2',
    });
    [ash, birch] = await Promise.all([region.start(), region.start()]);
    await region.acquainted();
  });
  afterAll(async () => {
    await region[Symbol.asyncDispose]();
  });

  async function dial(node: MeridianProcess, roomId: string, address: string): Promise<RawClient> {
    const { body } = await matchmake(node, { method: 'joinById', target: roomId });
    const path = `${body.processId}/${roomId}?sessionId=${body.sessionId}`;
    return new RawClient(`ws://127.0.0.1:${node.port}/${path}`, address);
  }
  /** HTTP status of a refused upgrade, or that it was not refused. */
  function answerTo(ws: WebSocket): Promise<number | 'open'> {
    return new Promise((resolve) => {
      ws.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      ws.on('open', () => resolve('open'));
    });
  }
  /** Dials until he is in: a busy machine may make a node wait for its lease. */
  async function enter(node: MeridianProcess, roomId: string, address: string): Promise<RawClient> {
    for (;;) {
      const client = await dial(node, roomId, address);
      await eventually(() => isIn(client) || client.end !== null, PATIENCE);
      if (client.end === null) return client;
    }
  }
  const isIn = (client: RawClient) => client.messages.some((frame) => frame[0] === JOIN_FRAME);

  test('[SV-38] is handed on, and counted as its client’s', async () => {
    const ada = await Player.make(region, ash, 'journal');
    using _near = await enter(ash, ada.roomId, PLAYERS);
    using _far = await enter(birch, ada.roomId, PLAYERS);
    // The third from that address: birch knows of one, the room's node of two.
    using third = await dial(birch, ada.roomId, PLAYERS);
    await third.closed;
    expect(isIn(third)).toBe(false);
    using _other = await enter(birch, ada.roomId, '198.51.100.9');
    await ada.room.leave();
  });

  test('[SV-38] nobody outside can vouch for an address', async () => {
    const ada = await Player.make(region, ash, 'journal');
    const { body } = await matchmake(ash, { method: 'joinById', target: ada.roomId });
    const path = `/${body.processId}/${ada.roomId}?sessionId=${body.sessionId}`;
    const sockets = await Promise.all([0, 1].map(() => dial(ash, ada.roomId, '192.0.2.1')));
    const forged = new WebSocket(`ws://127.0.0.1:${ash.port}${path}`, {
      headers: { 'X-Forwarded-For': '192.0.2.1', 'X-Meridian-Forwarded': '192.0.2.99 forged' },
    });
    expect(await answerTo(forged)).toBe(429);
    for (const socket of sockets) socket.ws.terminate();
    await ada.room.leave();
  });

  test('[SV-38] waits at the door of the node that brings the room back', async () => {
    const cedar = await region.start();
    await region.acquainted();
    const ada = await Player.make(region, cedar, 'journal');
    ada.room.send('on-restore', 'take-long');
    await ada.say('before');
    await region.written(ada.roomId, 'before');
    await region.drain(birch);
    await region.kill(cedar);
    await eventually(() => hooks(ada.roomId, ash).includes('onRestore'), PATIENCE);
    expect(hooks(ada.roomId, ash)).not.toContain('onReconnect');
    const early = new WebSocket(`ws://127.0.0.1:${ash.port}/x/${ada.roomId}?sessionId=nobody`);
    expect(await answerTo(early)).toBe('open');
    early.terminate();
    await ada.until((state) => state.pid === ash.child.pid);
    expect(ada.words).toEqual(['before']);
    await ada.room.leave();
  });

  test('[SV-37] [SV-38] is refused with 503 while the room recovers, which is said', async () => {
    const ada = await Player.make(region, ash, 'journal');
    await ada.say('before');
    await region.written(ada.roomId, 'before');
    const token = ada.room.reconnectionToken;
    // Nobody takes the rooms of ash when it dies: birch is drained.
    await region.kill(ash);
    await eventually(
      async () => (await region.locate(ada.roomId, birch)).body.state === 'recovering',
      PATIENCE,
    );
    const path = `x/${ada.roomId}?sessionId=${ada.sessionId}&reconnectionToken=${token}`;
    const early = new WebSocket(`ws://127.0.0.1:${birch.port}/${path}`);
    expect(await answerTo(early)).toBe(503);
    expect((await matchmake(birch, { method: 'joinById', target: ada.roomId })).body).toMatchObject(
      { error: { code: 'ROOM_RECOVERING' } },
    );
    const cedar = await region.start();
    // The player knows the others only: they tell him.
    await ada.until((state) => state.pid === cedar.child.pid);
    expect(ada.words).toEqual(['before']);
    expect(await region.locate('nowhere', birch)).toMatchObject({ status: 404 });
  });
});
