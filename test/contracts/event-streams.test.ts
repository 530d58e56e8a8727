import { describe, expect, test } from 'vitest';
import { MemoryEventStream } from '../../src/analytics/event-stream-memory.ts';
import { RedisEventStream } from '../../src/analytics/event-stream-redis.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../src/storage/redis/redis-script.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';
import { eventStreamContract } from './event-stream-contract.ts';
import { redisServers } from './redis-stores.ts';

const KEY = redisKeys.analyticsEvents;
/** Nobody is that silent here. */
const NEVER_MS = 600_000;

const servers = redisServers();

eventStreamContract('memory', async (options) => ({
  stream: new MemoryEventStream(options),
  [Symbol.asyncDispose]: async () => {},
}));

const onRedis = (redis: RedisClient, mostEvents: number) =>
  new RedisEventStream(
    { redis, clock: systemClock },
    { nodeId: 'n1', mostEvents, takeOverAfterMs: NEVER_MS },
  );

eventStreamContract('Redis', async ({ mostEvents }) => {
  const redis = servers.single.client();
  await redis.del(KEY);
  return {
    stream: onRedis(redis, mostEvents),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
});

eventStreamContract('Redis Cluster', async ({ mostEvents }) => {
  const redis = await servers.cluster.client();
  await redis.del(KEY);
  return {
    stream: onRedis(redis, mostEvents),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
});

describe('RedisEventStream', () => {
  const open = (redis: RedisClient, nodeId: string, takeOverAfterMs: number) =>
    new RedisEventStream(
      { redis, clock: systemClock },
      { nodeId, mostEvents: 10_000, takeOverAfterMs },
    );
  const idsOf = ({ entries }: { readonly entries: readonly { readonly entryId: string }[] }) =>
    entries.map(({ entryId }) => entryId);

  test('[AN-10] what a silent node has is given to another, not before it was silent for long', async () => {
    await using redis = servers.single.client();
    await redis.del(KEY);
    const [silent, patient, taker] = [
      open(redis, 'silent', NEVER_MS),
      open(redis, 'patient', NEVER_MS),
      open(redis, 'taker', 50),
    ];
    await silent.append(['a', 'b', 'c']);
    const taken = idsOf(await silent.take(2));
    // Only what nobody has.
    const own = await patient.take(10);
    expect(own).toMatchObject({ entries: [{ line: 'c' }], redelivered: 0 });
    await patient.acknowledge(idsOf(own));
    await eventually(
      async () => {
        const over = await taker.take(10);
        expect(over.entries.map(({ line }) => line)).toEqual(['a', 'b']);
        expect(over).toMatchObject({ redelivered: 2 });
        return idsOf(over).join() === taken.join();
      },
      { withinMs: 5_000 },
    );
    expect(await taker.acknowledge(taken)).toBe(0);
  });

  test('[AN-10] who holds what he has is not silent', async () => {
    await using redis = servers.single.client();
    await redis.del(KEY);
    const [slow, taker] = [open(redis, 'slow', NEVER_MS), open(redis, 'taker', 200)];
    await slow.append(['a']);
    const taken = idsOf(await slow.take(1));
    const untilMs = performance.now() + 600;
    let looks = 0;
    while (performance.now() < untilMs) {
      await slow.hold(taken);
      expect((await taker.take(1)).entries).toEqual([]);
      looks += 1;
    }
    expect(looks).toBeGreaterThan(10);
    await eventually(async () => (await taker.take(1)).entries.length === 1, { withinMs: 5_000 });
  });

  test('[AN-10] what a dead node has is found behind thousands of events that others work on', async () => {
    await using redis = servers.single.client();
    await redis.del(KEY);
    const [busy, dead] = [open(redis, 'busy', NEVER_MS), open(redis, 'dead', NEVER_MS)];
    await busy.append(Array.from({ length: 6_000 }, (_, n) => `busy ${n}`));
    const held = idsOf(await busy.take(6_000));
    await dead.append(['left']);
    const [left = ''] = idsOf(await dead.take(1));
    expect(held).toHaveLength(6_000);
    // As after ten minutes.
    await redis.xclaim(KEY, 'sinks', 'dead', 0, left, 'IDLE', 600_000, 'JUSTID');
    const over = await open(redis, 'taker', 300_000).take(256);
    expect(over).toEqual({ entries: [{ entryId: left, line: 'left' }], redelivered: 1 });
  });

  test('[AN-14] goes on after Redis has lost its data', async () => {
    await using redis = servers.single.client();
    await redis.del(KEY);
    const stream = open(redis, 'n1', NEVER_MS);
    await stream.append(['a']);
    const taken = idsOf(await stream.take(1));
    await redis.flushall();
    expect(await stream.acknowledge(taken)).toBe(0);
    await stream.append(['b']);
    await redis.script('FLUSH');
    expect(await stream.take(5)).toMatchObject({ entries: [{ line: 'b' }] });
  });

  test('nodes that are gone are taken off the list, those that hold something are not', async () => {
    await using redis = servers.single.client();
    await redis.del(KEY);
    const gone = open(redis, 'gone', NEVER_MS);
    await gone.append(['a']);
    await gone.acknowledge(idsOf(await gone.take(1)));
    const owing = open(redis, 'owing', NEVER_MS);
    await owing.append(['a']);
    await owing.take(1);
    const names = async () =>
      ((await redis.xinfo('CONSUMERS', KEY, 'sinks')) as string[][]).map((it) => it[1]).toSorted();
    expect(await names()).toEqual(['gone', 'owing']);
    // As after an hour.
    const take = new RedisScript<unknown>('take-events');
    await eventually(
      async () => {
        await take.run(redis, [KEY], ['sinks', 'n1', 1, NEVER_MS, 1]);
        return !(await names()).includes('gone');
      },
      { withinMs: 5_000 },
    );
    expect(await names()).toContain('owing');
  });

  test('while Redis is away everything rejects with one code', async () => {
    await using redis = await RedisServer.start();
    const log = { info: () => {}, warn: () => {} };
    const client = connectRedis(redis.uri, { name: 'test', log });
    try {
      const stream = open(client, 'n1', NEVER_MS);
      await eventually(() => client.status === 'ready', { withinMs: 5_000 });
      await stream.append(['a']);
      await redis.kill();
      const away = expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' });
      await expect(stream.append(['b'])).rejects.toEqual(away);
      await expect(stream.take(1)).rejects.toEqual(away);
      await expect(stream.acknowledge(['1-1'])).rejects.toEqual(away);
      await expect(stream.hold(['1-1'])).rejects.toEqual(away);
    } finally {
      client.disconnect();
    }
  });
});
