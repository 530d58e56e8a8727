import type { NodeInfo } from './node-info.ts';

/** As many as a client needs to find one that lives. */
const MOST_ADDRESSES = 8;

/**
 * Where clients may ask: public addresses of live nodes, each once; those that are about to end come last.
 *
 * @param first - comes first, if given
 */
export function publicAddresses(nodes: readonly NodeInfo[], first?: string): readonly string[] {
  const inOrder = [
    ...nodes.filter(({ isDraining }) => !isDraining),
    ...nodes.filter(({ isDraining }) => isDraining),
  ];
  const known = [first, ...inOrder.map(({ publicAddress }) => publicAddress)];
  return [...new Set(known.filter((address) => address != null))].slice(0, MOST_ADDRESSES);
}
