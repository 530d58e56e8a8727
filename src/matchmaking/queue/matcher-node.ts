import { createHash } from 'node:crypto';

/**
 * Which node matches a queue: the same answer on every node that sees the same nodes, and of all queues as few as possible change hands
 * when one comes or goes (rendezvous hashing; Thaler and Ravishankar, 1998).
 *
 * @param nodes - live nodes of the region, in any order
 * @returns null without nodes
 */
export function matcherNode(
  nodes: readonly { readonly nodeId: string; readonly isDraining: boolean }[],
  queue: string,
): string | null {
  const staying = nodes.filter(({ isDraining }) => !isDraining);
  const weighed = (staying.length > 0 ? staying : nodes).map(({ nodeId }) => ({
    nodeId,
    weight: createHash('sha256').update(`${queue}\n${nodeId}`).digest('hex'),
  }));
  const [first] = weighed.sort((a, b) => (a.weight < b.weight ? -1 : 1));
  return first?.nodeId ?? null;
}
