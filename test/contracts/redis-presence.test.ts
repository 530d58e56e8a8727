import { LocalDriver, matchMaker } from '@colyseus/core';
import { expect, test } from 'vitest';
import { RegionPresence } from '../../src/cluster/redis-presence.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const log = createLogger({ level: 'silent' });
const unavailable = expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' });

async function openPresence() {
  const server = await RedisServer.start();
  const redis = server.client();
  const presence = new RegionPresence({ redis, log, deadlineMs: 300 });
  const dispose = async () => {
    presence.shutdown();
    redis.disconnect();
    await server[Symbol.asyncDispose]();
  };
  return { server, redis, presence, [Symbol.asyncDispose]: dispose };
}

test('[CL-45] an error of Redis is thrown, not returned', async () => {
  await using opened = await openPresence();
  const { presence, redis } = opened;
  await presence.set('text', 'a');
  await presence.setex('short', 'b', 60);
  expect(await presence.get('text')).toBe('a');
  expect(await redis.ttl('short')).toBe(60);
  await expect(presence.sadd('text', 'x')).rejects.toThrow('WRONGTYPE');
  await expect(presence.hset('text', 'f', 'x')).rejects.toThrow('WRONGTYPE');
  await redis.config('SET', 'maxmemory', '1');
  await expect(presence.set('text', 'b')).rejects.toThrow('OOM');
  await expect(presence.setex('short', 'b', 1)).rejects.toThrow('OOM');
});

test('[CL-46] no wait on an absent Redis is endless, and no lost promise ends the process', async () => {
  await using opened = await openPresence();
  const { server, presence } = opened;
  // A room's presence inherits from it.
  const scoped: typeof presence = Object.create(presence);
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  const heard: unknown[] = [];
  await presence.subscribe('game', (message) => heard.push(message));
  await matchMaker.setup(presence, new LocalDriver());

  for (const fail of [() => server.freeze(), () => server.kill()]) {
    await fail();
    const startedMs = performance.now();
    void presence.publish('game', 'lost');
    void scoped.hset('a', 'b', 'c');
    void presence.unsubscribe('other');
    await Promise.all([
      expect(presence.get('a')).rejects.toThrow(unavailable),
      expect(scoped.hincrby('a', 'b', 1)).rejects.toThrow(unavailable),
      expect(presence.publish('game', 1)).rejects.toThrow(unavailable),
      expect(scoped.subscribe('late', () => {})).rejects.toThrow(unavailable),
      expect(presence.subscribe('$room', () => {})).resolves.toBe(presence),
      expect(matchMaker.remoteRoomCall('nobody', 'clients', [], 500)).rejects.toThrow('timed out'),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(1_500);
    if (server.pid > 0) server.thaw();
  }
  await server.up();
  // Subscribed again, the one made while Redis was away included.
  await eventually(async () => (await presence.channels()).sort().join() === '$room,game', {
    withinMs: 10_000,
  });
  await eventually(
    async () => {
      await presence.publish('game', 'back');
      return heard.includes('back');
    },
    { withinMs: 5_000 },
  );
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
