import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalNodeCalls, RedisNodeCalls } from '../../src/cluster/node-calls.ts';
import { GameError } from '../../src/errors/game-error.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const log = createLogger({ level: 'silent' });
const failed = (code: string, details = {}) => expect.objectContaining({ code, details });

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function openCalls(nodeId: string, on = server) {
  const redis = on.client();
  const calls = await RedisNodeCalls.open({ redis, nodeId, log });
  const dispose = async () => {
    await calls.close();
    redis.disconnect();
  };
  return Object.assign(calls, { [Symbol.asyncDispose]: dispose });
}

describe('calls between nodes', () => {
  test('[CL-40] reach the handler and bring back its answer, in any number at once', async () => {
    await using a = await openCalls('a');
    await using b = await openCalls('b');
    b.handle('double', (payload, from) => ({ of: Number(payload) * 2, from }));
    b.handle('nothing', () => undefined);
    expect(await a.request('b', 'nothing', undefined)).toBeUndefined();
    a.handle('own', async (payload) => payload);
    const answers = Array.from({ length: 100 }, (_, i) => a.request('b', 'double', i));
    expect(await Promise.all(answers)).toEqual(
      Array.from({ length: 100 }, (_, i) => ({ of: 2 * i, from: 'a' })),
    );
    expect(await a.request('a', 'own', [1])).toEqual([1]);
  });

  test('[CL-41] errors cross as code and details; what is not ours stays at home', async () => {
    await using a = await openCalls('a');
    await using b = await openCalls('b');
    b.handle('full', () => {
      throw new GameError('ROOM_FULL', { seats: 4 }, { retryAfterMs: 70, message: 'secret' });
    });
    b.handle('broken', async () => {
      throw new TypeError('secret');
    });
    await expect(a.request('b', 'full', null)).rejects.toThrow(
      expect.objectContaining({ code: 'ROOM_FULL', details: { seats: 4 }, retryAfterMs: 70 }),
    );
    await expect(a.request('b', 'full', null)).rejects.not.toThrow('secret');
    await expect(a.request('b', 'broken', null)).rejects.toThrow(failed('INTERNAL'));
    await expect(a.request('b', 'broken', null)).rejects.not.toThrow('secret');
    for (const method of ['unknown', 'constructor', '__proto__']) {
      await expect(a.request('b', method, null)).rejects.toThrow(failed('NOT_FOUND', { method }));
    }
  });

  test('[CL-42] a node that is gone is known at once, one that hangs after the deadline', async () => {
    await using a = await openCalls('a');
    await using b = await openCalls('b');
    b.handle('hang', () => new Promise(() => {}));
    const elapsedMs = async (nodeId: string) => {
      const startedMs = performance.now();
      const call = a.request(nodeId, 'hang', null, { timeoutMs: 300 });
      await expect(call).rejects.toThrow(failed('NODE_UNREACHABLE', { nodeId }));
      return performance.now() - startedMs;
    };
    expect(await elapsedMs('gone')).toBeLessThan(250);
    expect(await elapsedMs('b')).toBeGreaterThan(290);
  });

  test('[CL-43] noise on the channel is skipped', async () => {
    await using a = await openCalls('a');
    await using b = await openCalls('b');
    await using redis = server.client();
    b.handle('ok', () => 'ok');
    for (const noise of ['', '{', '[]', '{"reply":{"id":"x"}}', '{"request":{"id":1}}']) {
      await redis.publish(redisKeys.calls('b'), noise);
    }
    expect(await a.request('b', 'ok', null)).toBe('ok');
  });

  test('[CL-44] without Redis they fail at once, and work again when it is back', async () => {
    await using own = await RedisServer.start();
    await using a = await openCalls('a', own);
    await using b = await openCalls('b', own);
    b.handle('hang', () => new Promise(() => {}));
    b.handle('ok', () => 'ok');
    const pending = expect(a.request('b', 'hang', null, { timeoutMs: 20_000 })).rejects.toThrow(
      failed('DIRECTORY_UNAVAILABLE'),
    );
    await own.kill();
    await pending;
    const startedMs = performance.now();
    await expect(a.request('b', 'ok', null)).rejects.toThrow(failed('DIRECTORY_UNAVAILABLE'));
    expect(performance.now() - startedMs).toBeLessThan(100);
    await own.up();
    await eventually(async () => (await a.request('b', 'ok', null)) === 'ok', { withinMs: 10_000 });
  });

  test('[CL-40] a node that is alone calls itself only', async () => {
    const calls = new LocalNodeCalls({ nodeId: 'a', log });
    calls.handle('own', (payload) => payload);
    expect(await calls.request('a', 'own', 1)).toBe(1);
    await expect(calls.request('a', 'other', 1)).rejects.toThrow(
      failed('NOT_FOUND', { method: 'other' }),
    );
    await expect(calls.request('b', 'own', 1)).rejects.toThrow(
      failed('NODE_UNKNOWN', { nodeId: 'b' }),
    );
  });
});
