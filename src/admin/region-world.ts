import type { NodeInfo, RoomLinks } from '../cluster/node-info.ts';
import type { RegionOrder } from '../cluster/region-orders.ts';
import type {
  Capability,
  WorldLink,
  WorldLinkQuality,
  WorldNode,
  WorldQueue,
  WorldRegion,
  WorldRooms,
  WorldView,
} from '../protocol/admin.ts';
import type { RegionInfo, RegionReport } from '../regions/contract.ts';

/** What a node does for operators, in its region and, by a link, in others. */
const NODE_CAPABILITIES: readonly Capability[] = [
  'drain-node',
  'quarantine-node',
  'close-region',
  'shed-tickets',
  'kick-client',
  'move-room',
  'close-room',
  'kick-player',
  'ban-player',
  'sign-out-player',
];

/** How a node's link to another region is. */
export interface LinkSight {
  readonly state: WorldLink['state'];
  readonly lagMs: number;
  readonly lagEntries: number;
}

/** A room, as far as it is counted. */
export interface CountedRoom {
  readonly name: string;
  readonly clients: number;
}

/** What a node knows of its region and of the others. */
export interface RegionSight {
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly ownRegionId: string;
  readonly regions: readonly RegionInfo[];
  /** Null: not heard of. */
  readonly report: (regionId: string) => RegionReport | null;
  /** Undefined: it is not linked. */
  readonly link: (regionId: string) => LinkSight | undefined;
  readonly nodes: readonly NodeInfo[];
  /** Null: the directory does not answer. */
  readonly rooms: readonly CountedRoom[] | null;
  readonly queues: readonly WorldQueue[];
  /** What holds for this region until it is taken back. */
  readonly orders: readonly RegionOrder[];
}

/** The world as one node sees it: every region by its report, its own by nodes and rooms. */
export function describeRegionWorld(sight: RegionSight): WorldView {
  const { atMs, ownRegionId, regions } = sight;
  return {
    atMs,
    ownRegionId,
    capabilities: [
      ...NODE_CAPABILITIES,
      ...(sight.regions.length > 1 ? (['evacuate-region'] as const) : []),
    ],
    regions: regions.map((region) => ({
      ...describeRegion(region, sight.report(region.regionId), atMs),
      orders: region.regionId === ownRegionId ? sight.orders : null,
    })),
    places: [],
    routes: [],
    links: regions.flatMap(({ regionId }) => {
      const link = regionId === ownRegionId ? undefined : sight.link(regionId);
      if (link === undefined) return [];
      const { state, lagMs, lagEntries } = link;
      return [{ from: ownRegionId, to: regionId, state, lagMs, lagEntries, isCut: false }];
    }),
    nodes: sight.nodes.map((node) => describeNode(node, ownRegionId)),
    rooms: sight.rooms && countRooms(sight.rooms, ownRegionId, sight.nodes),
    queues: sight.queues,
    bots: null,
  };
}

function describeRegion(
  { regionId, name, position }: RegionInfo,
  report: RegionReport | null,
  atMs: number,
): Omit<WorldRegion, 'orders'> {
  return {
    regionId,
    name,
    position,
    isOpen: report?.isOpen ?? null,
    loadRatio: report?.loadRatio ?? null,
    seats: report?.seats ?? null,
    capacity: report?.capacity ?? null,
    builds: report?.builds ?? [],
    isUnreachable: report === null,
    reportAgeMs: report === null ? null : Math.max(0, atMs - report.atMs),
    isBlackHole: false,
  };
}

function describeNode(node: NodeInfo, regionId: string): WorldNode {
  const { nodeId, publicAddress, internalAddress, build, startedAtMs, isDraining, load } = node;
  return {
    nodeId,
    regionId,
    name: null,
    address: publicAddress ?? internalAddress,
    build,
    state: node.isQuarantined === true ? 'quarantined' : isDraining ? 'draining' : 'up',
    startedAtMs,
    rooms: load.rooms,
    seats: load.seats,
    busyRatio: Math.min(1, Math.max(load.tickUse, load.cpuUse)),
    loopLagMs: load.loopLagMs,
  };
}

function countRooms(
  rooms: readonly CountedRoom[],
  regionId: string,
  nodes: readonly NodeInfo[],
): readonly WorldRooms[] {
  const counts = new Map<string, { rooms: number; players: number }>();
  for (const { name, clients } of rooms) {
    const count = counts.get(name) ?? { rooms: 0, players: 0 };
    count.rooms += 1;
    count.players += clients;
    counts.set(name, count);
  }
  return [...counts]
    .map(([roomName, count]) => ({
      ...{ regionId, roomName, ...count },
      links: joinLinks(
        nodes.flatMap((node) => node.links?.filter((links) => links.roomName === roomName) ?? []),
      ),
    }))
    .sort((a, b) => b.players - a.players || a.roomName.localeCompare(b.roomName));
}

/** What several nodes say of rooms of one name. */
function joinLinks(all: readonly RoomLinks[]): WorldLinkQuality | null {
  const players = all.reduce((sum, links) => sum + links.players, 0);
  if (players === 0) return null;
  const meanOf = (total: (links: RoomLinks) => number) =>
    all.reduce((sum, links) => sum + total(links), 0) / players;
  const most = Math.max(...all.map(({ levels }) => levels.length));
  return {
    rttP50Ms: meanOf((links) => links.rttP50Ms * links.players),
    rttP95Ms: Math.max(...all.map(({ rttP95Ms }) => rttP95Ms)),
    levels: Array.from({ length: most }, (_, level) =>
      all.reduce((sum, { levels }) => sum + (levels[level] ?? 0), 0),
    ),
    sentBytesPerPlayerPerSecond: meanOf((links) => links.sentBytesPerSecond),
  };
}
