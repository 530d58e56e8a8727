/** A node with rooms, as far as this matters here. */
export interface FleetNode {
  readonly nodeId: string;
  /** Whether it takes rooms and players. */
  readonly isInPlay: boolean;
}

/** Products of ratios that are whole numbers on paper: 0.07 × 100. */
const ROUNDING = 1e-9;

/**
 * Whether one more node may be taken out of play. Never more than `ratio` of the region's live nodes at once, those that others have taken
 * out included, and never the last one that takes rooms.
 *
 * @param target - a node of `fleet`
 * @param alsoOut - nodes that are being taken out and may not have said so yet
 * @param ratio - 0 to 1
 */
export function refuseForBlastRadius({
  fleet,
  target,
  alsoOut,
  ratio,
}: {
  readonly fleet: readonly FleetNode[];
  readonly target: string;
  readonly alsoOut: ReadonlySet<string>;
  readonly ratio: number;
}): 'blast-radius' | 'last-node' | null {
  const isOut = ({ nodeId, isInPlay }: FleetNode) => !isInPlay || alsoOut.has(nodeId);
  const out = fleet.filter(isOut);
  // It takes no rooms already: nothing changes for the others.
  if (out.some(({ nodeId }) => nodeId === target)) return null;
  const outThen = out.length + 1;
  if (outThen >= fleet.length) return 'last-node';
  return outThen > Math.floor(ratio * fleet.length + ROUNDING) ? 'blast-radius' : null;
}
