import { type NodeInfo, runsService } from './node-info.ts';
import { type BuildShares, NO_SHARES, nodesOfDrawnBuild } from './release/build-shares.ts';

/** How full a node is: 0 idle, 1 busy; more is too much. */
export type LoadScore = number;

/** Loop lag at which a node is busy, ms: half of a 20 Hz step. */
const BUSY_LAG_MS = 25;
/** Seats at which a node counts as busy when nothing else says so: what one core held at 20 Hz (loadtest, suite rooms). */
const BUSY_SEATS = 1_500;
const SEAT_WEIGHT = 0.25;
/** What a room is thought to add before its node reports it. */
const EXPECTED_ROOM: LoadScore = 0.02;
/** Differences smaller than this are noise of the measurement: the room stays here, without a hop. */
const NOISE: LoadScore = 0.02;

/**
 * The measure that is nearest to its limit decides; seats tell nodes apart of which it says the same. Lag beyond the limit says no
 * more than that it is reached: how far is up to the machine's other processes, and all nodes of one machine jitter alike.
 */
export function loadScore({ load }: NodeInfo): LoadScore {
  const seatUse = load.seats / BUSY_SEATS;
  const lagUse = Math.min(1, load.loopLagMs / BUSY_LAG_MS);
  return Math.max(lagUse, load.tickUse, load.cpuUse, seatUse) + SEAT_WEIGHT * seatUse;
}

/**
 * Where a new room goes: to the least busy node with rooms that is not draining; to this one when none is clearly better, or none is known.
 * While builds run beside each other, only nodes of the build that the shares have drawn count.
 *
 * @param options.pending - rooms placed on a node since it last reported
 * @param options.exclude - nodes that did not answer
 * @param options.shares - of new rooms, by build
 * @param options.drawn - which build, 0–1
 */
export function placeRoom(
  nodes: readonly NodeInfo[],
  selfId: string,
  options: {
    readonly pending?: ReadonlyMap<string, number>;
    readonly exclude?: ReadonlySet<string>;
    readonly shares?: BuildShares;
    readonly drawn?: number;
  } = {},
): string {
  const { pending = new Map<string, number>(), exclude = new Set<string>() } = options;
  const { shares = NO_SHARES, drawn = Math.random() } = options;
  const score = (node: NodeInfo) =>
    loadScore(node) + (pending.get(node.nodeId) ?? 0) * EXPECTED_ROOM;
  const takesRooms = (node: NodeInfo) =>
    !node.isDraining && !exclude.has(node.nodeId) && runsService(node, 'game');
  const open = nodesOfDrawnBuild(nodes.filter(takesRooms), shares, drawn);
  const self = open.find(({ nodeId }) => nodeId === selfId);
  let best = self ?? open[0];
  for (const node of open) {
    if (best !== undefined && score(node) < score(best)) best = node;
  }
  if (best === undefined) return selfId;
  return self !== undefined && score(self) - score(best) <= NOISE ? selfId : best.nodeId;
}

/** The least busy node that takes rooms, of each build but that one. */
export function nodesOfOtherBuilds(nodes: readonly NodeInfo[], build: string): readonly NodeInfo[] {
  const others = nodes.filter(
    (node) => node.build !== build && !node.isDraining && runsService(node, 'game'),
  );
  return [...Map.groupBy(others, (node) => node.build).values()].flatMap((ofBuild) => {
    const chosen = placeRoom(ofBuild, '');
    return ofBuild.filter(({ nodeId }) => nodeId === chosen);
  });
}

/** Rooms placed on each node that its figures do not show yet. */
export class PendingPlacements {
  readonly #placed = new Map<string, { readonly report: string; count: number }>();

  placed(node: NodeInfo): void {
    const report = reportOf(node);
    const pending = this.#placed.get(node.nodeId);
    if (pending?.report === report) pending.count += 1;
    else this.#placed.set(node.nodeId, { report, count: 1 });
  }

  /** Forgets what the nodes have reported on since. */
  of(nodes: readonly NodeInfo[]): ReadonlyMap<string, number> {
    const known = new Map(nodes.map((node) => [node.nodeId, reportOf(node)]));
    for (const [nodeId, { report }] of this.#placed) {
      if (known.get(nodeId) !== report) this.#placed.delete(nodeId);
    }
    return new Map([...this.#placed].map(([nodeId, { count }]) => [nodeId, count]));
  }
}

/** Figures that are the same to the last digit are the same report. */
function reportOf({ load }: NodeInfo): string {
  return JSON.stringify(load);
}
