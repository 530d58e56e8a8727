import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { Stage } from '../stage.ts';

/** The running node with the most rooms: where a failure hurts most. */
export async function busiestNode(stage: Stage): Promise<ClusterNode> {
  const [busiest] = [...(await stage.roomsByNode())].sort(([, a], [, b]) => b - a);
  if (busiest === undefined) throw new Error('No node is running.');
  return busiest[0];
}
