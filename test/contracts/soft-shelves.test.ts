// One suite for both places where soft data waits.

import { describe, expect, test } from 'vitest';
import {
  CLAIM_MS,
  SOFT_DELAY_MS,
  type SoftClaim,
  type SoftShelf,
} from '../../src/profiles/soft/soft-shelf.ts';
import { MemorySoftShelf } from '../../src/profiles/soft/soft-shelf-memory.ts';
import { RedisSoftShelf } from '../../src/profiles/soft/soft-shelf-redis.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis-server.ts';

interface OpenShelf extends AsyncDisposable {
  readonly shelf: SoftShelf;
  /** Lets the claim of a player run out. */
  forget(playerId: string): Promise<void>;
}

async function memory(): Promise<OpenShelf> {
  let aheadMs = 0;
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
  return {
    shelf: new MemorySoftShelf({ clock }),
    forget: async () => {
      aheadMs += CLAIM_MS;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

async function over(server: RedisServer): Promise<OpenShelf> {
  const client = server.client();
  return {
    shelf: new RedisSoftShelf({ redis: client }, { mostPlayers: 3 }),
    forget: async (playerId) => {
      await client.hset(redisKeys.softShelf(playerId), '@until', 0);
      await client.zadd(redisKeys.softDue, 0, playerId);
    },
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

const put = (shelf: SoftShelf, playerId: string, section: string, n: number) =>
  shelf.put([{ playerId, section, value: { n } }]);

async function claimed(shelf: SoftShelf, playerId: string): Promise<SoftClaim> {
  const claim = await shelf.claim(playerId, false);
  if (typeof claim === 'string') throw new Error(`the shelf is ${claim}`);
  return claim;
}

const valuesOf = ({ values }: SoftClaim) =>
  Object.fromEntries(values.map(({ section, value }) => [section, value?.['n']]));

describe.each([
  { name: 'in memory', open: memory },
  { name: 'in Redis', open: async () => over(await RedisServer.start()) },
  { name: 'in a Redis Cluster', open: async () => over(await startRedisCluster()) },
])('SoftShelf $name', ({ open }) => {
  test('[PR-70] keeps the newest of each section, and is due after a while', async () => {
    await using opened = await open();
    const { shelf } = opened;
    const startedMs = performance.now();
    await put(shelf, 'p_ann', 'position', 1);
    await put(shelf, 'p_ann', 'position', 2);
    await put(shelf, 'p_ann', 'settings', 3);
    expect(await shelf.due(10)).toEqual([]);
    expect(await shelf.claim('p_ann', true)).toBe('claimed');
    // One who writes all the time is written all the same.
    await eventually(
      async () => {
        await put(shelf, 'p_ann', 'position', 4);
        return (await shelf.due(10)).length === 1;
      },
      { withinMs: 5_000 },
    );
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(SOFT_DELAY_MS - 5);
    const claim = await shelf.claim('p_ann', true);
    expect(typeof claim === 'string' ? claim : valuesOf(claim)).toEqual({
      position: 4,
      settings: 3,
    });
  });

  test('[PR-72] is read as long as it is not settled', async () => {
    await using opened = await open();
    const { shelf } = opened;
    expect(await shelf.read('p_ann', 'position')).toBeNull();
    await put(shelf, 'p_ann', 'position', 1);
    const claim = await claimed(shelf, 'p_ann');
    expect(await shelf.read('p_ann', 'position')).toEqual({ n: 1 });
    await shelf.settle(claim);
    expect(await shelf.read('p_ann', 'position')).toBeNull();
    expect(await shelf.claim('p_ann', false)).toBe('empty');
  });

  test('[PR-75] is one writer’s at a time; what comes meanwhile is not lost', async () => {
    await using opened = await open();
    const { shelf } = opened;
    await put(shelf, 'p_ann', 'position', 1);
    await put(shelf, 'p_ann', 'settings', 1);
    const first = await claimed(shelf, 'p_ann');
    expect(await shelf.claim('p_ann', false)).toBe('claimed');
    await put(shelf, 'p_ann', 'position', 2);
    await shelf.settle(first);
    expect(valuesOf(await claimed(shelf, 'p_ann'))).toEqual({ position: 2 });
  });

  test('[PR-75] is another writer’s when the first one is silent, who then settles nothing', async () => {
    await using opened = await open();
    const { shelf, forget } = opened;
    await put(shelf, 'p_ann', 'position', 1);
    const dead = await claimed(shelf, 'p_ann');
    await forget('p_ann');
    const heir = await shelf.claim('p_ann', true);
    expect(typeof heir === 'string' ? heir : valuesOf(heir)).toEqual({ position: 1 });
    await shelf.settle(dead);
    expect(await shelf.read('p_ann', 'position')).toEqual({ n: 1 });
    expect(await shelf.claim('p_ann', false)).toBe('claimed');
  });

  test('[PR-73] what was not written is due again later', async () => {
    await using opened = await open();
    const { shelf } = opened;
    await put(shelf, 'p_ann', 'position', 1);
    const claim = await claimed(shelf, 'p_ann');
    await shelf.release(claim, 100);
    await eventually(async () => (await shelf.due(10)).includes('p_ann'), { withinMs: 5_000 });
    expect(valuesOf(await claimed(shelf, 'p_ann'))).toEqual({ position: 1 });
  });
});

test('[PR-76] the shelf of a region has room for so many players, and says who found none', async () => {
  await using opened = await over(await RedisServer.start());
  const { shelf } = opened;
  const values = ['p_a', 'p_b', 'p_c', 'p_d'].map((playerId) => ({
    ...{ playerId, section: 'position' },
    value: { n: 1 },
  }));
  expect(await shelf.put(values)).toEqual([values[3]]);
  // Who is there stays welcome.
  expect(await shelf.put(values.slice(0, 3))).toEqual([]);
});

test('[PR-73] without Redis everything says that the store is away', async () => {
  await using server = await RedisServer.start();
  const redis = server.client();
  const shelf = new RedisSoftShelf({ redis }, { mostPlayers: 3 });
  await put(shelf, 'p_ann', 'position', 1);
  const claim = await claimed(shelf, 'p_ann');
  redis.disconnect();
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    put: () => put(shelf, 'p_ann', 'position', 2),
    due: () => shelf.due(1),
    claim: () => shelf.claim('p_ann', false),
    settle: () => shelf.settle(claim),
    release: () => shelf.release(claim, 0),
    read: () => shelf.read('p_ann', 'position'),
  };
  for (const [name, ask] of Object.entries(questions)) {
    await expect(ask(), name).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  }
});
