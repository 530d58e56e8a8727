import type { IRoomCache } from '@colyseus/core';
import { RedisRoomDirectory } from '../../../src/cluster/directory/redis-room-directory.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import type { RedisServer } from '../../../test/support/redis-server.ts';
import { percentile } from '../../statistics/percentile.ts';
import { ROOM_NAME, SEATS } from './game.ts';

const BATCH = 500;
const FINDS = 2_000;

/** Rooms of nodes elsewhere: full, so that nobody is sent there, and in the way of whoever looks for a seat. */
function listings(count: number, of: Partial<IRoomCache>): IRoomCache[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: ROOM_NAME, roomId: `full${i}`, processId: 'elsewhere' },
    ...{ publicAddress: 'elsewhere.test:1', private: false, unlisted: false },
    ...{
      clients: SEATS,
      maxClients: SEATS,
      locked: true,
      createdAt: new Date(1_700_000_000_000 + i),
    },
    metadata: { mode: 'ffa', map: 'dust', level: i % 50 },
    ...of,
  }));
}

function directoryOf(redis: ReturnType<RedisServer['client']>): RedisRoomDirectory {
  const log = createLogger({ level: 'silent' });
  return new RedisRoomDirectory({ redis, nodeId: 'elsewhere', log });
}

export async function fillMeridian(server: RedisServer, count: number): Promise<void> {
  await using redis = server.client();
  const directory = directoryOf(redis);
  for (const batch of batches(listings(count, {}))) {
    await Promise.all(batch.map((room) => directory.insert(room)));
  }
}

/** As stock's driver keeps them. */
export async function fillColyseus(server: RedisServer, count: number): Promise<void> {
  await using redis = server.client();
  for (const batch of batches(listings(count, {}))) {
    await redis.hset('roomcaches', ...batch.flatMap((it) => [it.roomId, JSON.stringify(it)]));
  }
}

/** Finding one of so many joinable rooms, one after the other. @returns p95, ms */
export async function measureFind(server: RedisServer, count: number): Promise<number> {
  await using redis = server.client();
  const directory = directoryOf(redis);
  for (const batch of batches(listings(count, { locked: false, clients: 1 }))) {
    await Promise.all(batch.map((room) => directory.insert(room)));
  }
  const times: number[] = [];
  for (let i = 0; i < FINDS; i++) {
    const startedMs = performance.now();
    await directory.findOrCreate(ROOM_NAME, {});
    times.push(performance.now() - startedMs);
  }
  return percentile(
    times.sort((a, b) => a - b),
    95,
  );
}

function* batches<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < items.length; i += BATCH) yield items.slice(i, i + BATCH);
}
