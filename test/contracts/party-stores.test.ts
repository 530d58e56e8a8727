import { describe, expect, test } from 'vitest';
import { MemoryPartyStore } from '../../src/matchmaking/parties/party-store-memory.ts';
import { RedisPartyStore } from '../../src/matchmaking/parties/party-store-redis.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RedisServer } from '../support/redis-server.ts';
import { member, party, partyStoreContract } from './party-store-contract.ts';
import { openStore, openStorePair, redisServers } from './redis-stores.ts';

const log = createLogger({ level: 'silent' });

const servers = redisServers();

const open = (redis: RedisClient) => RedisPartyStore.open({ redis, log });

partyStoreContract('memory', async () => {
  const store = new MemoryPartyStore({ clock: systemClock });
  return { store, elsewhere: store, [Symbol.asyncDispose]: () => store.close() };
});

partyStoreContract('Redis', () => openStorePair(servers.single, open));
partyStoreContract('Redis Cluster', () => openStorePair(servers.cluster, open));

describe('MemoryPartyStore', () => {
  test('a party that nothing happens to for an hour is over', async () => {
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
    const store = new MemoryPartyStore({ clock });
    await store.create(party('a', 'ada'));
    await store.create(party('b', 'bob'));
    nowMs = 3_599_999;
    await store.join('code-a', member('eve'));
    nowMs = 3_600_000;
    expect(await store.ofPlayer('bob')).toBeNull();
    expect(await store.join('code-b', member('zoe'))).toEqual({ kind: 'unknown-code' });
    expect(await store.ofPlayer('ada')).toEqual(party('a', 'ada', 'eve'));
    nowMs = 7_199_999;
    expect(await store.leave('eve')).toBeUndefined();
  });
});

describe('RedisPartyStore', () => {
  test('each change of a party is another hour for all of it; one that is over leaves nothing', async () => {
    await using store = await openStore(servers.single, open);
    const { redis } = store;
    await redis.flushall();
    await store.create(party('a', 'ada'));
    const keys = [redisKeys.party('a'), redisKeys.partyCode('code-a'), redisKeys.partyOf('ada')];
    for (const key of keys) await redis.pexpire(key, 1_000);
    await store.join('code-a', member('bob'));
    for (const key of [...keys, redisKeys.partyOf('bob')]) {
      expect(await redis.pttl(key)).toBeGreaterThan(3_590_000);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(3_600_000);
    }
    await store.leave('ada');
    await store.leave('bob');
    expect(await redis.keys('*')).toEqual([]);
  });

  test('a pointer to a party that is gone leads nowhere', async () => {
    await using store = await openStore(servers.single, open);
    await store.redis.flushall();
    await store.create(party('a', 'ada'));
    await store.redis.del(redisKeys.party('a'));
    expect(await store.ofPlayer('ada')).toBeNull();
    expect(await store.join('code-a', member('bob'))).toEqual({ kind: 'unknown-code' });
    expect(await store.create(party('b', 'ada'))).toMatchObject({ kind: 'joined' });
  });

  test('without Redis everything is refused', async () => {
    await using server = await RedisServer.start();
    await using store = await openStore(server, open);
    await server.kill();
    const calls = [
      () => store.create(party('a', 'ada')),
      () => store.join('code-a', member('bob')),
      () => store.leave('ada'),
      () => store.ofPlayer('ada'),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(
        expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' }),
      );
    }
  });
});
