import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { RedisServer } from './redis-server.ts';

/** A Redis Cluster of one server: slots and the client for them are the real thing. */
export async function startRedisCluster(): Promise<RedisServer> {
  const server = await RedisServer.start([
    ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    ...['--cluster-port', String(await freePort())],
  ]);
  await using admin = server.client();
  await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => (await admin.cluster('INFO')).includes('cluster_state:ok'), {
    withinMs: 10_000,
  });
  return server;
}
