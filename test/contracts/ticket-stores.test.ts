import { describe, expect, test, vi } from 'vitest';
import type { TicketRecord } from '../../src/matchmaking/tickets/ticket-record.ts';
import { MemoryTicketStore } from '../../src/matchmaking/tickets/ticket-store-memory.ts';
import { RedisTicketStore } from '../../src/matchmaking/tickets/ticket-store-redis.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';
import { openStore, openStorePair, redisServers } from './redis-stores.ts';
import { claimed, record, ticketStoreContract } from './ticket-store-contract.ts';

const log = createLogger({ level: 'silent' });
const MANY = { mostWaiting: 1_000 };
const CANCELLED = { kind: 'cancelled', by: 'player' } as const;
const away = expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' });

const servers = redisServers();

const open = (redis: RedisClient) => RedisTicketStore.open({ redis, log });

ticketStoreContract('memory', async () => {
  const store = new MemoryTicketStore({ clock: systemClock });
  return { store, elsewhere: store, [Symbol.asyncDispose]: () => store.close() };
});

ticketStoreContract('Redis', () => openStorePair(servers.single, open));
ticketStoreContract('Redis Cluster', () => openStorePair(servers.cluster, open));

describe('MemoryTicketStore', () => {
  test('what has become of a ticket can be asked for a minute', async () => {
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
    const store = new MemoryTicketStore({ clock });
    const [ada, bob] = [record({ players: ['ada'] }), record({ players: ['bob'] })] as const;
    await store.enter(ada, MANY);
    await store.enter(bob, MANY);
    await store.end(ada.ticket.ticketId, CANCELLED);
    nowMs = 59_999;
    expect(await store.ofPlayer('ada')).toMatchObject({ state: { kind: 'ended' } });
    nowMs = 60_000;
    expect(await store.ofPlayer('ada')).toBeNull();
    expect(await store.read(ada.ticket.ticketId)).toBeNull();
    nowMs = 9_999_999;
    expect(await store.ofPlayer('bob')).toEqual(bob);
  });
});

describe('RedisTicketStore', () => {
  test('a ticket that ended goes after a minute, with what led to it; nothing stays for ever', async () => {
    await using store = await openStore(servers.single, open);
    const { redis } = store;
    await redis.flushall();
    const [ada, bob] = [record({ players: ['ada'] }), record({ players: ['bob'] })] as const;
    await store.enter(ada, MANY);
    await store.enter(bob, MANY);
    await store.claim({ ...claimed('m1'), untilMs: 1_000 }, [bob.ticket.ticketId]);
    await store.end(ada.ticket.ticketId, CANCELLED);
    const lifeOf = (key: string) => redis.pttl(key);
    for (const key of [redisKeys.ticket(ada.ticket.ticketId), redisKeys.ticketOf('ada')]) {
      expect(await lifeOf(key)).toBeGreaterThan(50_000);
      expect(await lifeOf(key)).toBeLessThanOrEqual(60_000);
    }
    const waits = [redisKeys.ticket(bob.ticket.ticketId), redisKeys.ticketOf('bob')];
    for (const key of [...waits, redisKeys.ticketQueue('ranked')]) {
      expect(await lifeOf(key)).toBeGreaterThan(7_100_000);
    }
    await redis.del(...waits);
    expect(await store.waiting('ranked')).toEqual([]);
    expect(await store.releaseOverdue('ranked', 1_000)).toEqual([]);
    expect(await redis.keys('*')).toHaveLength(2);
  });

  test('an end that was replaced does not end the pointer to the next ticket', async () => {
    await using store = await openStore(servers.single, open);
    await store.redis.flushall();
    const first = record({ players: ['ada'] });
    await store.enter(first, MANY);
    await store.end(first.ticket.ticketId, CANCELLED);
    await store.enter(record({ players: ['ada'] }), MANY);
    expect(await store.redis.pttl(redisKeys.ticketOf('ada'))).toBeGreaterThan(7_100_000);
  });

  test('a queue longer than a page is read whole', async () => {
    await using store = await openStore(servers.single, open);
    await store.redis.flushall();
    const records = Array.from({ length: 450 }, () => record({}));
    await store.restore(records);
    expect(await store.waiting('ranked')).toEqual(records);
  });

  test('after Redis has lost everything, what is put back waits again', async () => {
    await using store = await openStore(servers.single, open);
    await using elsewhere = await openStore(servers.single, open);
    await store.redis.flushall();
    const [a, b] = [record({ players: ['ada'] }), record({})] as const;
    await store.enter(a, MANY);
    await store.enter(b, MANY);
    const known = await store.waiting('ranked');
    await store.redis.flushall();
    expect(await store.waiting('ranked')).toEqual([]);
    await Promise.all([store.restore(known), elsewhere.restore(known)]);
    expect(await elsewhere.waiting('ranked')).toEqual([a, b]);
    expect(await elsewhere.ofPlayer('ada')).toEqual(a);
    expect(await store.enter(record({ players: ['ada'] }), MANY)).toMatchObject({
      kind: 'player-busy',
    });
  });

  test('noise on the channel, and what is torn or foreign, is skipped', async () => {
    await using store = await openStore(servers.single, open);
    const { redis } = store;
    await redis.flushall();
    const heard: TicketRecord[] = [];
    store.onChange((one) => heard.push(one));
    for (const noise of ['', '{', '[]', '{"ticket":{}}']) {
      await redis.publish(redisKeys.ticketChanges, noise);
    }
    const [a, b] = [record({}), record({})] as const;
    await store.enter(a, MANY);
    await store.enter(b, MANY);
    await eventually(() => heard.length >= 2, { withinMs: 5_000 });
    expect(heard).toEqual([a, b]);
    await redis.hset(redisKeys.ticket(a.ticket.ticketId), 'state', '{"kind":');
    expect(await store.read(a.ticket.ticketId)).toBeNull();
    expect(await store.waiting('ranked')).toEqual([b]);
  });

  test.each(['queueing', 'refusing'])(
    'without Redis everything is refused; when it is back it says that something may be missing (%s client)',
    async (kind) => {
      await using server = await RedisServer.start();
      const redis =
        kind === 'queueing' ? server.client() : connectRedis(server.uri, { name: 'tickets', log });
      await eventually(() => redis.status === 'ready', { withinMs: 5_000 });
      const store = await RedisTicketStore.open({ redis, log });
      await using _ = {
        [Symbol.asyncDispose]: async () => {
          await store.close();
          redis.disconnect();
        },
      };
      let gaps = 0;
      const heard: TicketRecord[] = [];
      store.onGap(() => {
        gaps += 1;
      });
      store.onChange((one) => heard.push(one));
      const lost = record({});
      const { ticketId } = lost.ticket;
      await store.enter(lost, MANY);
      await eventually(() => heard.length === 1, { withinMs: 5_000 });
      await server.kill();
      // What is under way when the link breaks, a queueing client sends again by itself.
      await eventually(() => redis.status !== 'ready', { withinMs: 5_000 });
      const calls = [
        () => store.enter(record({}), MANY),
        () => store.read(ticketId),
        () => store.ofPlayer('p'),
        () => store.waiting('ranked'),
        () => store.claim(claimed('m1'), [ticketId]),
        () => store.release('m1', [ticketId]),
        () => store.releaseOverdue('ranked', 1),
        () => store.settle(new Map()),
        () => store.end(ticketId, CANCELLED),
        () => store.isFirstReport('m1'),
        () => store.restore([lost]),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(away);
      expect(gaps).toBe(0);
      await server.up();
      await eventually(() => gaps > 0 && redis.status === 'ready', { withinMs: 10_000 });
      // Nothing that was refused is done behind its caller's back.
      expect(await redis.keys('*')).toEqual([]);
      await store.restore([lost]);
      await eventually(() => heard.length === 2, { withinMs: 5_000 });
      expect(await store.waiting('ranked')).toEqual([lost]);
    },
  );

  test('a Redis that answers nothing is given up, and what was missed meanwhile is a gap', async () => {
    await using server = await RedisServer.start();
    const redis = connectRedis(server.uri, { name: 'tickets', log });
    await eventually(() => redis.status === 'ready', { withinMs: 5_000 });
    const duplicate = vi.spyOn(redis, 'duplicate');
    const store = await RedisTicketStore.open({ redis, log });
    const subscriber = duplicate.mock.results[0]?.value as RedisClient;
    let breaks = 0;
    let gaps = 0;
    subscriber.on('close', () => {
      breaks += 1;
    });
    store.onGap(() => {
      gaps += 1;
    });
    server.freeze();
    await expect(store.read('t')).rejects.toThrow(away);
    await eventually(() => breaks > 0, { withinMs: 15_000 });
    expect(gaps).toBe(0);
    server.thaw();
    await eventually(() => gaps > 0, { withinMs: 10_000 });
    await store.close();
    redis.disconnect();
  });
});
