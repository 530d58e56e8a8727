import { Cluster } from 'ioredis';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';

/** A Cluster of one: slots and the client for them are the real thing. */
export async function openRedisCluster() {
  const server = await RedisServer.start([
    ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    ...['--cluster-port', String(await freePort())],
  ]);
  await using admin = server.client();
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => (await admin.cluster('INFO')).includes('cluster_state:ok'), {
    withinMs: 10_000,
  });
  return {
    /** Connected. Its opener disconnects it. */
    client: async () => {
      const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
      await eventually(() => cluster.status === 'ready', { withinMs: 10_000 });
      return cluster;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
