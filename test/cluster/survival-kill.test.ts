// What is left of rooms when their node is killed: one region, many rooms on its first node, one SIGKILL. Then the tests look.

import { Client as StockClient } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { matchmake, RawClient } from '../support/raw-client.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { hooksOf, PATIENCE, Player } from '../support/survival-player.ts';

const GAME = 'test/support/survival-game.ts';
const SEAT_HOLD_MS = 2_500;
const ALARM_IN_MS = 3_000;
const RESERVED_S = 2;
/** Time that a room has left, and for which its node stands still before it dies: less than a lease. */
const BRIEF_MS = 700;

let region: MeridianRegion;
let ash: MeridianProcess;
let birch: MeridianProcess;
let killedAtMs: number;

let ada: Player;
let away: Player;
let returner: Player;
let returnerToken: string;
let cutOff: Player;
let cutOffToken: string;
let member: Player;
let saver: Player;
let mortal: Player;
let full: readonly [Player, Player];
let locked: Player;
let slow: Player;
let neighbour: Player;
let unheard: Awaited<ReturnType<typeof matchmake>>['body'];
let brief: Player;
let host: Player;
let guest: typeof seat;
let backAtMs: number;
let actor: unknown;
let seat: Awaited<ReturnType<typeof matchmake>>['body'];
let alarmSetAtMs: number;
const logged = (room: string) => hooksOf(region.nodes, room);
const hooks = (room: string) => logged(room).map(({ hook }) => hook);

/** Leaves without a word, and does not come back by himself. */
function cut(player: Player): void {
  player.room.colyseus.reconnection.enabled = false;
  player.room.colyseus.connection.close(4_010);
}

/** Comes for a seat with a word of his own, and says nothing to the room's welcome. */
function knock(node: MeridianProcess, { sessionId, roomId }: typeof unheard): RawClient {
  const query = new URLSearchParams({ sessionId, reconnectionToken: 'a word of his own' });
  return new RawClient(`ws://127.0.0.1:${node.port}/any/${roomId}?${query}`);
}

/** Drops, and drops again before he has heard that he is back. */
async function cutOffOnHisWayBack(): Promise<void> {
  const drops = () => hooks(cutOff.roomId).filter((it) => it === 'onDrop').length;
  cut(cutOff);
  await eventually(() => drops() === 1, PATIENCE);
  const [, reconnectionToken = ''] = cutOffToken.split(':');
  const { sessionId, roomId } = cutOff;
  const query = new URLSearchParams({ sessionId, reconnectionToken });
  const lost = new RawClient(`ws://127.0.0.1:${ash.port}/any/${roomId}?${query}`);
  await eventually(() => lost.messages.length > 0, PATIENCE);
  lost.ws.terminate();
  await eventually(() => drops() === 2, PATIENCE);
}

beforeAll(async () => {
  region = await MeridianRegion.open(GAME, {
    MERIDIAN_ROOMS_SEAT_HOLD_MS: String(SEAT_HOLD_MS),
    MERIDIAN_ROOMS_CHECKPOINT_INTERVAL_MS: '1000',
  });
  [ash, birch] = await Promise.all([region.start(), region.start()]);
  await region.acquainted();
  ada = await Player.make(region, ash, 'journal', { keptS: 6 });
  away = await ada.joinedBy(ash);
  returner = await ada.joinedBy(ash);
  returnerToken = returner.room.reconnectionToken;
  member = await Player.make(region, ash, 'members', {}, { isMember: true });
  member.room.send('user-data', { team: 'red' });
  saver = await Player.make(region, ash, 'checkpoint');
  mortal = await Player.make(region, ash, 'none');
  const first = await Player.make(region, ash, 'journal', { seats: 2 });
  full = [first, await first.joinedBy(ash)];
  locked = await Player.make(region, ash, 'journal');
  locked.room.send('lock');
  slow = await Player.make(region, ash, 'journal', { patchRateMs: 60_000 });
  cutOff = await Player.make(region, ash, 'journal', { keptS: 8 });
  cutOffToken = cutOff.room.reconnectionToken;

  await ada.say('first');
  await ada.say('second');
  await saver.say('long ago');
  actor = ada.room.state.actors.get(ada.sessionId);
  cut(away);
  cut(returner);
  await eventually(() => hooks(ada.roomId).filter((it) => it === 'onDrop').length === 2, PATIENCE);
  await cutOffOnHisWayBack();
  ada.room.send('alarm', ALARM_IN_MS);
  alarmSetAtMs = performance.now();
  // Written with a checkpoint by the time the node dies.
  await eventually(() => saver.clocksMs.some((ms) => ms > 1_500), PATIENCE);
  // Processed and in no patch yet when the next seat is written down.
  slow.room.send('say', 'unflushed');
  seat = (await matchmake(ash, { target: ada.roomId, method: 'joinById' })).body;
  await ada.say('last');
  neighbour = await slow.joinedBy(ash);
  unheard = (await matchmake(ash, { target: ada.roomId, method: 'joinById' })).body;
  const deaf = knock(ash, unheard);
  await eventually(() => deaf.messages.length > 0, PATIENCE);
  // What others are told of a lock comes after it.
  await using redis = region.redis.client();
  await eventually(
    async () => (await redis.hget(redisKeys.rooms, locked.roomId))?.includes('"locked":true'),
    PATIENCE,
  );
  // A lock is written with a checkpoint.
  await region.written(locked.roomId, '"locked":true');
  host = await Player.make(region, ash, 'journal', { reservedS: RESERVED_S });
  brief = await Player.make(region, ash, 'journal', { keptS: 6 });
  guest = (await matchmake(ash, { target: host.roomId, method: 'joinById' })).body;
  await region.written(host.roomId, guest.sessionId);
  const briefFromMs = brief.room.state.clockMs;
  const briefUntilMs = performance.now() + BRIEF_MS;
  brief.room.send('end-in', BRIEF_MS);
  // Written down by the time the patch after the next is here.
  await brief.until(({ clockMs }) => clockMs > briefFromMs + 150);
  ash.child.kill('SIGSTOP');
  await eventually(() => performance.now() > briefUntilMs + 100, PATIENCE);
  killedAtMs = performance.now();
  await region.kill(ash);
  await Promise.all(
    [ada, member, saver, ...full, locked, host].map((it) =>
      it.until(({ pid }) => pid === birch.child.pid),
    ),
  );
  backAtMs = performance.now();
});
afterAll(async () => {
  await region?.[Symbol.asyncDispose]();
});

describe('after a SIGKILL', () => {
  test('[SV-56] [RM-26] who was let in and had not heard of it has his seat', async () => {
    using back = knock(birch, unheard);
    await back.welcomed();
    const heard = () => logged(ada.roomId).filter((it) => it['sessionId'] === unheard.sessionId);
    await eventually(() => heard().some(({ hook }) => hook === 'onReconnect'), PATIENCE);
    expect(heard().map(({ hook }) => hook)).not.toContain('onLeave');
  });

  test('[SV-20] a room with a journal has all that its players saw', async () => {
    expect(performance.now() - killedAtMs).toBeLessThan(10_000);
    await ada.until((state) => state.pid === birch.child.pid);
    expect(ada.words).toEqual(['first', 'second', 'last']);
    await ada.say('after');
  });

  test('[SV-20] a room with checkpoints has what was there an interval ago', async () => {
    await saver.until((state) => state.pid === birch.child.pid);
    expect(saver.words).toContain('long ago');
  });

  test('[SV-20] [SV-37] a room without either is gone, and its players are told why', async () => {
    await mortal.ended();
    expect(mortal.ending).toMatchObject({
      code: 4_003,
      reason: expect.stringContaining('could not be kept') as string,
    });
    expect(await region.locate(mortal.roomId)).toMatchObject({
      status: 410,
      body: { error: { code: 'ROOM_LOST', details: { reason: 'not-durable' } } },
    });
  });

  test('[SV-21] players keep session, seat and objects', async () => {
    expect(ada.room.state.actors.get(ada.sessionId)).toBe(actor);
    expect(ada.room.connection.kind).not.toBe('closed');
    await eventually(async () => {
      const { body } = await region.locate(ada.roomId);
      return body.state === 'running' && body.publicAddress === `127.0.0.1:${birch.port}`;
    }, PATIENCE);
  });

  test('[SV-21] the clock has gone on by the outage and never went back', () => {
    for (const player of [ada, saver, member]) {
      const { clocksMs } = player;
      const steps = clocksMs.slice(1).map((ms, i) => ms - (clocksMs[i] as number));
      expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
      // Nobody ran it until a renewal was missed.
      expect(Math.max(...steps)).toBeGreaterThan(100);
    }
  });

  test('[SV-21] a timer fires at its deadline, once', async () => {
    await ada.until((state) => [...state.alarms].length > 0);
    const lateMs = performance.now() - alarmSetAtMs - ALARM_IN_MS;
    const outageMs = 3_000;
    expect(lateMs).toBeLessThan(outageMs);
    expect([...ada.room.state.alarms]).toHaveLength(1);
  });

  test('[SV-22] onCreate, then the state, then onRestore with the last onCheckpoint', () => {
    const restored = logged(ada.roomId).filter(({ isRestored }) => isRestored === true);
    expect(restored.slice(0, 2)).toMatchObject([
      { hook: 'onCreate', options: { title: expect.any(String), keptS: 6 }, words: 0 },
      { hook: 'onRestore', words: ['first', 'second', 'last'], data: { laps: expect.any(Number) } },
    ]);
  });

  test('[SV-21] who was admitted is still known: auth and userData', async () => {
    let told: unknown;
    member.room.colyseus.onMessage('you', (message: unknown) => {
      told = message;
    });
    member.room.send('who-am-i');
    await eventually(() => told, PATIENCE);
    expect(told).toMatchObject({
      auth: { playerId: member.client.playerId },
      userData: { team: 'red' },
    });
  });

  test('[SV-21] nobody sees what was hidden from him, and everybody sees his own', () => {
    const [one, two] = full;
    const secretsSeenBy = (player: Player) =>
      [...player.room.state.actors.values()].flatMap(({ secret }) => (secret ? [secret] : []));
    expect(secretsSeenBy(one)).toEqual([`secret of ${one.sessionId}`]);
    expect(secretsSeenBy(two)).toEqual([`secret of ${two.sessionId}`]);
  });

  test('[SV-21] [SV-23] a full room is full, a locked one locked, and a seat given up is free', async () => {
    const refused = await matchmake(birch, { method: 'joinById', target: full[0].roomId });
    expect(refused.status).toBe(409);
    expect((await matchmake(birch, { method: 'joinById', target: locked.roomId })).status).toBe(
      409,
    );
    await full[1].room.leave();
    await (await full[0].joinedBy(birch)).room.leave();
    // Players come and go; the game's lock stays.
    await locked.say('still locked');
    expect((await matchmake(birch, { method: 'joinById', target: locked.roomId })).status).toBe(
      409,
    );
  });

  test('[SV-21] a seat that was promised is there', async () => {
    using raw = new RawClient(
      `ws://127.0.0.1:${birch.port}/${birch.port}/${ada.roomId}?sessionId=${seat.sessionId}`,
    );
    await eventually(() => raw.messages.some((frame) => frame[0] === 10), PATIENCE);
  });

  test('[SV-57] a room whose time ran out while nobody ran it ends, and its players are told so', async () => {
    // 4000 for one who was back before its first step.
    const told = { code: expect.toBeOneOf([4_000, 4_003]), reason: 'The room has ended.' };
    expect(await brief.ended()).toEqual(told);
    await eventually(() => hooks(brief.roomId).includes('onLeave'), PATIENCE);
    expect(hooks(brief.roomId)).toEqual(expect.arrayContaining(['onRestore', 'onDispose']));
  });

  test('[SV-39] what was processed and in no patch is sent again, once', async () => {
    await eventually(() => slow.resentMessages.length > 0, PATIENCE);
    await eventually(
      async () => (await wordsAt(birch, slow.roomId)).includes('unflushed'),
      PATIENCE,
    );
    expect(await wordsAt(birch, slow.roomId)).toEqual(['unflushed']);
  });

  test('[SV-23] who was away returns in his time, and the game hears onReconnect', async () => {
    const room = await new StockClient(birch.url).reconnect(returnerToken);
    expect(room.sessionId).toBe(returner.sessionId);
    await eventually(
      () =>
        logged(ada.roomId).some(
          ({ hook, sessionId }) => hook === 'onReconnect' && sessionId === returner.sessionId,
        ),
      PATIENCE,
    );
    await room.leave();
  });

  test('[RM-25] one whose way back was cut off before the node died returns with the token he held', async () => {
    const room = await new StockClient(birch.url).reconnect(cutOffToken);
    expect(room.sessionId).toBe(cutOff.sessionId);
    await eventually(() => hooks(cutOff.roomId).at(-1) === 'onReconnect', PATIENCE);
    expect(hooks(cutOff.roomId)).not.toContain('onLeave');
    await room.leave();
  });

  test('[SV-23] who was on his way to his seat has time to come again', async () => {
    await eventually(() => performance.now() > backAtMs + RESERVED_S * 1_000, PATIENCE);
    using raw = RawClient.sit(guest, birch.port);
    await raw.welcomed();
    await host.until((state) => state.actors.has(guest.sessionId));
  });

  test('[SV-23] who does not come has left when his time is up: the rest of it when he was away', async () => {
    const leaves = () =>
      logged(ada.roomId).filter(
        ({ hook, sessionId }) => hook === 'onLeave' && sessionId === away.sessionId,
      );
    await eventually(() => leaves().length > 0, PATIENCE);
    await ada.until((state) => !state.actors.has(away.sessionId));
    expect(leaves()).toHaveLength(1);
    const droppedAtMs = logged(ada.roomId).find(
      ({ hook, sessionId }) => hook === 'onDrop' && sessionId === away.sessionId,
    )?.atMs as number;
    expect((leaves()[0]?.atMs as number) - droppedAtMs).toBeGreaterThan(5_900);
    expect((leaves()[0]?.atMs as number) - droppedAtMs).toBeLessThan(7_500);
  });

  test('[SV-23] what is counted is right when everybody has left', async () => {
    for (const player of [ada, member, saver, full[0], locked, slow, neighbour, host])
      await player.room.leave();
    await eventually(async () => (await birch.metric('meridian_clients')) === 0, PATIENCE);
    await eventually(async () => (await birch.metric('meridian_rooms')) === 0, {
      withinMs: 20_000,
    });
    expect(hooks(ada.roomId).filter((it) => it === 'onDispose')).toHaveLength(1);
    expect(await region.locate(ada.roomId)).toMatchObject({ status: 404 });
    await using redis = region.redis.client();
    expect(await redis.keys('meridian:journal:*')).toEqual([]);
  });
});

/** The words of a room, as somebody gets them who joins it. */
async function wordsAt(node: MeridianProcess, roomId: string): Promise<readonly string[]> {
  const room = await new StockClient(node.url).joinById<{ readonly words: Iterable<string> }>(
    roomId,
  );
  await eventually(() => room.state.words !== undefined, PATIENCE);
  const words = [...room.state.words];
  await room.leave();
  return words;
}
