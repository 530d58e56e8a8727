// Rooms that cannot be brought back, nodes that lose their lease, and a Redis that fails. Real nodes, a real Redis.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { matchmake } from '../support/raw-client.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { hooksOf, PATIENCE, Player } from '../support/survival-player.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const GAME = 'test/support/survival-game.ts';
const NEXT_GAME = 'test/support/survival-next-game.ts';
const ROOM_LOST = 4_003;

let region: MeridianRegion;
let ash: MeridianProcess;
let birch: MeridianProcess;
beforeEach(async () => {
  region = await MeridianRegion.open(GAME, {
    MERIDIAN_ROOMS_SEAT_HOLD_MS: '5000',
    MERIDIAN_ROOMS_TRIAL_MS: '1000',
    // What ends a node here is its lease, not its watch: beside other tests a loop waits seconds for a core.
    MERIDIAN_CLUSTER_HANG_MS: '10000',
  });
  [ash, birch] = await Promise.all([region.start(), region.start()]);
  await region.acquainted();
});
afterEach(async () => {
  await region[Symbol.asyncDispose]();
});

async function reasonOf(roomId: string): Promise<unknown> {
  const { status, body } = await region.locate(roomId);
  return status === 410 && (body['error'] as { details: { reason: string } }).details.reason;
}

test('[SV-24] rooms that cannot be brought back are gone as a whole, with a reason, and no other room notices', async () => {
  const players = {
    good: await Player.make(region, ash, 'journal'),
    torn: await Player.make(region, ash, 'journal'),
    foreign: await Player.make(region, ash, 'journal'),
    none: await Player.make(region, ash, 'journal'),
    broken: await Player.make(region, ash, 'journal'),
  };
  const { good, torn, foreign, none, broken } = players;
  await good.say('hello');
  broken.room.send('on-restore', 'throw');
  await broken.say('hello');
  // Nobody claims while the journals are spoilt.
  await region.drain(birch);
  await region.kill(ash);
  await eventually(
    async () => (await region.locate(good.roomId, birch)).body.state === 'recovering',
    PATIENCE,
  );
  await using redis = region.redis.client();
  for (const [{ roomId }, byte] of [
    [torn, 40],
    [foreign, 1],
  ] as const) {
    const key = redisKeys.journal(roomId);
    const entries = await redis.xrangeBuffer(key, '-', '+');
    await redis.del(key);
    for (const [id, [field, bytes]] of entries) {
      (bytes as Buffer)[byte] = ((bytes as Buffer)[byte] as number) ^ 0xff;
      await redis.xadd(key, id, field as Buffer, bytes as Buffer);
    }
  }
  await redis.del(redisKeys.journal(none.roomId));
  const cedar = await region.start();
  await good.until((state) => state.pid === cedar.child.pid);
  expect(good.words).toEqual(['hello']);
  for (const lost of [torn, foreign, none, broken]) {
    expect((await lost.ended()).code).toBe(ROOM_LOST);
    expect((await matchmake(cedar, { method: 'joinById', target: lost.roomId })).status).toBe(410);
    expect(hooksOf([cedar], lost.roomId).map(({ hook }) => hook)).not.toContain('onDispose');
  }
  expect(await reasonOf(torn.roomId)).toBe('journal-corrupt');
  expect(await reasonOf(foreign.roomId)).toBe('schema-unknown');
  expect(await reasonOf(none.roomId)).toBe('not-durable');
  expect(await reasonOf(broken.roomId)).toBe('restore-failed');
  await eventually(async () => (await cedar.metric('meridian_rooms')) === 1, PATIENCE);
  expect(await cedar.metric('meridian_clients')).toBe(1);
  // A build whose state has a field more.
  const next = await region.start({ game: NEXT_GAME });
  await region.kill(cedar);
  // Its player knew of no other node that takes players; whoever asks is told.
  await eventually(async () => (await reasonOf(good.roomId)) === 'schema-unknown', PATIENCE);
  expect(await next.metric('meridian_rooms')).toBe(0);
});

longTest(
  '[SV-25] a room that ends every node that loads it is quarantined; those beside it live',
  async () => {
    const poisoned = await Player.make(region, ash, 'journal');
    const beside = await Player.make(region, ash, 'journal');
    await beside.say('hello');
    poisoned.room.send('on-restore', 'kill');
    await poisoned.say('hello');
    for (const { roomId } of [poisoned, beside]) await region.written(roomId, 'hello');
    await region.kill(ash);
    // Whoever loads it dies; an operator starts the next.
    while ((await reasonOf(poisoned.roomId).catch(() => null)) !== 'quarantined') {
      const alive = region.running.at(-1) ?? (await region.start());
      await Promise.race([
        alive.ended,
        eventually(async () => (await reasonOf(poisoned.roomId)) === 'quarantined', {
          withinMs: 20_000,
          everyMs: 50,
        }).catch(() => undefined),
      ]);
      expect(region.nodes.length).toBeLessThan(8);
    }
    await eventually(async () => await region.ownerOf(beside.roomId), PATIENCE);
    const late = await beside.joinedBy(region.running.at(-1) as MeridianProcess);
    expect(late.words).toEqual(['hello']);
  },
);

test('[SV-30] [SV-31] a node that stood still beyond its lease sends nothing stale, closes and ends', async () => {
  const ada = await Player.make(region, ash, 'journal');
  await ada.say('before');
  // Nodes that have only just met do not judge each other yet.
  await ada.until(({ clockMs }) => clockMs > 3_500);
  ash.child.kill('SIGSTOP');
  // His connection looks open: he waits for a node that will never answer again.
  await eventually(async () => (await region.ownerOf(ada.roomId, birch)) === birch, PATIENCE);
  const guest = await ada.joinedBy(birch);
  await guest.say('elsewhere');
  const known = ada.clocksMs.length;
  ash.child.kill('SIGCONT');
  expect(await ash.ended).toMatchObject({ exitCode: 1 });
  await ada.until((state) => state.pid === birch.child.pid);
  expect(ada.drops).toEqual([4_010]);
  await ada.say('after');
  const clocks = ada.clocksMs.slice(known - 1);
  const steps = clocks.slice(1).map((ms, i) => ms - (clocks[i] as number));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(ada.words).toEqual(['before', 'elsewhere', 'after']);
  expect(hooksOf([ash], ada.roomId).map(({ hook }) => hook)).not.toContain('onDispose');
  expect(await region.ownerOf(ada.roomId)).toBe(birch);
});

longTest(
  '[SV-30] players of a node that is cut off are with the others before it knows what became of it',
  async () => {
    await using link = await TcpRelay.open(region.redis.port);
    const cutOff = await region.start({ env: { REDIS_URI: `redis://127.0.0.1:${link.port}` } });
    const ada = await Player.make(region, cutOff, 'journal');
    await ada.say('before');
    // Nodes that have only just met do not judge each other yet.
    await ada.until(({ clockMs }) => clockMs > 3_500);
    link.refuse(true);
    link.cut();
    await ada.until((state) => state.pid !== cutOff.child.pid);
    await ada.say('elsewhere');
    expect(ada.words).toEqual(['before', 'elsewhere']);
    expect(region.running).toContain(cutOff);
    link.refuse(false);
    expect(await cutOff.ended).toMatchObject({ exitCode: 1 });
  },
);

test('[SV-35] a room whose steps fail is made anew in place, three times; then it is given up', async () => {
  const ada = await Player.make(region, ash, 'journal');
  const beside = await Player.make(region, ash, 'journal');
  await ada.say('hello');
  // The order is repeated to the room once, and breaks it again.
  ada.room.send('break', 20);
  await eventually(() => ada.drops.length === 2, PATIENCE);
  await ada.say('after two');
  ada.room.send('break', 20);
  await eventually(() => ada.drops.length === 3, PATIENCE);
  await ada.say('after three');
  expect(ada.words).toEqual(['hello', 'after two', 'after three']);
  expect(await region.ownerOf(ada.roomId)).toBe(ash);
  expect(await ash.metric('meridian_clients')).toBe(2);
  ada.room.send('break', 1_000);
  expect((await ada.ended()).code).toBe(4_002);
  expect(ada.words).not.toContain('broken');
  expect(beside.drops).toEqual([]);
  await beside.say('still here');
});

test('[SV-35] [SV-33] a node that is alone makes rooms anew from its memory, and ends them when it is stopped', async () => {
  await using alone = await startMeridian(GAME);
  const ada = await Player.joinAt(alone, 'journal');
  await ada.say('hello');
  ada.room.send('break', 20);
  await eventually(() => ada.drops.length === 2, PATIENCE);
  await ada.say('after');
  expect(ada.words).toEqual(['hello', 'after']);
  expect(await alone.metric('meridian_clients')).toBe(1);
  expect(await alone.stop()).toMatchObject({ exitCode: 0 });
  expect((await ada.ended()).code).toBe(4_001);
  const last = hooksOf([alone], ada.roomId).map(({ hook }) => hook);
  expect(last.slice(-2)).toEqual(['onLeave', 'onDispose']);
});

test('[SV-36] [SV-20] Redis that is full: rooms play on, new ones are refused, and the journal is whole again afterwards', async () => {
  const ada = await Player.make(region, ash, 'journal');
  await ada.say('before');
  await using redis = region.redis.client();
  const newestId = async () =>
    (await redis.xrevrange(redisKeys.journal(ada.roomId), '+', '-', 'COUNT', 1))[0]?.[0];
  await redis.config('SET', 'maxmemory', '1');
  await ada.say('refused by Redis');
  const knownId = await newestId();
  await ada.say('meanwhile');
  const refused = await matchmake(ash, { target: 'journal', body: { title: 'new' } });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect(refused.body.error.code).toBe('DIRECTORY_UNAVAILABLE');
  await ada.say('still');
  expect(ada.drops).toEqual([]);
  await redis.config('SET', 'maxmemory', '0');
  await eventually(async () => (await newestId()) !== knownId, PATIENCE);
  await ada.say('after');
  await region.kill(ash);
  await ada.until((state) => state.pid === birch.child.pid);
  // No more than the last word was missing in the journal; it is said again.
  await ada.until(() => ada.words.includes('after'));
  expect(ada.words).toEqual(['before', 'refused by Redis', 'meanwhile', 'still', 'after']);
  expect(ada.resentMessages[0]).toBeLessThanOrEqual(1);
});

test('[SV-36] Redis that comes back empty: rooms play on, and a later kill finds them', async () => {
  const ada = await Player.make(region, ash, 'journal');
  await ada.say('before');
  await region.redis.kill();
  await ada.say('meanwhile');
  const refused = await matchmake(ash, { target: 'journal', body: { title: 'new' } });
  expect(refused.body.error.code).toBe('DIRECTORY_UNAVAILABLE');
  expect(ada.drops).toEqual([]);
  await region.redis.up();
  await using redis = region.redis.client();
  await eventually(async () => await redis.exists(redisKeys.journal(ada.roomId)), PATIENCE);
  await eventually(async () => (await region.ownerOf(ada.roomId)) === ash, PATIENCE);
  await eventually(async () => (await redis.smembers(redisKeys.nodes)).length === 2, PATIENCE);
  await ada.say('after');
  await region.kill(ash);
  await ada.until((state) => state.pid === birch.child.pid);
  await ada.until(() => ada.words.includes('after'));
  expect(ada.words).toEqual(['before', 'meanwhile', 'after']);
  expect(ada.resentMessages[0]).toBeLessThanOrEqual(1);
});
