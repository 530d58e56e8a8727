import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { Fault } from '../evidence/evidence.ts';
import type { Stage } from '../stage.ts';

/** The running node with the most rooms: where a failure hurts most. */
export async function busiestNode(stage: Stage): Promise<ClusterNode> {
  const [busiest] = [...(await stage.roomsByNode())].sort(([, a], [, b]) => b - a);
  if (busiest === undefined) throw new Error('No node is running.');
  return busiest[0];
}

/** SIGKILL to the busiest node. @returns the moment, and whom it concerned */
export async function killBusiestNode(stage: Stage): Promise<Fault> {
  const victim = await busiestNode(stage);
  const killed = stage.mark(`kill -9 ${victim.name}`, { pids: [victim.pid] });
  await victim.kill();
  return killed;
}
