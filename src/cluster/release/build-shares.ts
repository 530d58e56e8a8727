import type { NodeInfo } from '../node-info.ts';

/**
 * The share of a region's new rooms that each build gets: 0–1, together 1. A build that is not named gets none. Without any, builds make no
 * difference: nobody has released here yet.
 */
export type BuildShares = Readonly<Record<string, number>>;

/** Builds make no difference. */
export const NO_SHARES: BuildShares = {};

/**
 * The nodes among which a new room is placed: those of one build, drawn by the shares. Builds that have no node here leave theirs to the
 * others. Where no build with a share has a node, all nodes: a room of the wrong build is better than none.
 *
 * @param nodes - that take rooms
 * @param drawn - uniform, 0–1 (1 excluded): the same draw gives the same build
 */
export function nodesOfDrawnBuild(
  nodes: readonly NodeInfo[],
  shares: BuildShares,
  drawn: number,
): readonly NodeInfo[] {
  const present = new Set(nodes.map(({ build }) => build));
  const candidates = Object.entries(shares).filter(
    ([build, share]) => share > 0 && present.has(build),
  );
  const total = candidates.reduce((sum, [, share]) => sum + share, 0);
  let left = drawn * total;
  for (const [build, share] of candidates) {
    left -= share;
    if (left < 0) return nodes.filter((node) => node.build === build);
  }
  // Rounding may leave a grain behind the last one.
  const last = candidates.at(-1)?.[0];
  return last === undefined ? nodes : nodes.filter((node) => node.build === last);
}
