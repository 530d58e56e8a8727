import { Cluster } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { eventually } from '../support/eventually.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis-server.ts';

/** Makes clients of one Redis; their opener disconnects them. */
export interface StoreServer {
  client(): RedisClient | Promise<RedisClient>;
}

/** A Cluster of one. */
async function openRedisCluster(): Promise<StoreServer & AsyncDisposable> {
  const server = await startRedisCluster();
  return {
    client: async () => {
      const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
      await eventually(() => cluster.status === 'ready', { withinMs: 10_000 });
      return cluster;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A Redis and a Redis Cluster for all tests of a file. */
export function redisServers(): { readonly single: RedisServer; readonly cluster: StoreServer } {
  let single: RedisServer;
  let cluster: StoreServer & AsyncDisposable;
  beforeAll(async () => {
    single = await RedisServer.start();
    cluster = await openRedisCluster();
  });
  afterAll(async () => {
    await single[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });
  return {
    get single() {
      return single;
    },
    get cluster() {
      return cluster;
    },
  };
}

/** A store on a client of its own. */
export async function openStore<Store extends { close(): Promise<void> }>(
  server: StoreServer,
  open: (redis: RedisClient) => Promise<Store>,
) {
  const redis = await server.client();
  const store = await open(redis);
  return Object.assign(store, {
    redis,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      redis.disconnect();
    },
  });
}

/** Two nodes' stores on one Redis that holds nothing yet. */
export async function openStorePair<Store extends { close(): Promise<void> }>(
  server: StoreServer,
  open: (redis: RedisClient) => Promise<Store>,
) {
  const [store, elsewhere] = await Promise.all([openStore(server, open), openStore(server, open)]);
  await store.redis.flushall();
  return {
    store,
    elsewhere,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await elsewhere[Symbol.asyncDispose]();
    },
  };
}
