import type { NodeInfo } from '../../../src/cluster/node-info.ts';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';

/** The node that carries the most links out of a region, and how many; undefined while nobody carries any. */
export async function linkLeader(
  cluster: Cluster,
  peers: readonly string[],
): Promise<{ readonly node: ClusterNode; readonly links: number } | undefined> {
  await using redis = cluster.redis.client();
  const holders = await Promise.all(peers.map((peer) => redis.get(redisKeys.linkBridge(peer))));
  const counts = new Map<string, number>();
  for (const nodeId of holders) {
    if (nodeId !== null) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most === undefined) return undefined;
  const [nodeId, links] = most;
  const lease = await redis.get(redisKeys.lease(nodeId));
  if (lease === null) return undefined;
  const { internalAddress } = JSON.parse(lease) as NodeInfo;
  // Nodes of one machine are told apart by their ports.
  const port = Number(internalAddress.slice(internalAddress.lastIndexOf(':') + 1));
  const node = cluster.running.find((running) => running.port === port);
  return node === undefined ? undefined : { node, links };
}
