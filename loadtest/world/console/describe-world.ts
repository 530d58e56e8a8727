import type {
  Capability,
  WorldBots,
  WorldLink,
  WorldNode,
  WorldRegion,
  WorldRoute,
  WorldView,
} from '../../../src/protocol/admin.ts';
import type { WorldPlace } from '../world-places.ts';

export const WORLD_CAPABILITIES: readonly Capability[] = [
  'drain-node',
  'quarantine-node',
  'close-region',
  'shed-tickets',
  'evacuate-region',
  'kick-client',
  'move-room',
  'close-room',
  'kick-player',
  'kill-node',
  'start-node',
  'cut-link',
  'black-hole',
  'bots',
];

/** A process of a node, as who started it knows it. */
export interface NodeSeen {
  readonly regionId: string;
  readonly name: string;
  readonly port: number;
  readonly isRunning: boolean;
}

/** What the world's own process knows at one moment. */
export interface WorldSight {
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly places: readonly WorldPlace[];
  /** What a node of each region says; a region of which no node answers is missing. */
  readonly views: ReadonlyMap<string, WorldView>;
  readonly nodes: readonly NodeSeen[];
  readonly blackHoles: ReadonlySet<string>;
  readonly isCut: (one: string, other: string) => boolean;
  readonly bots: WorldBots;
  readonly routes: readonly WorldRoute[];
}

/** Five regions' views in one, with the faults that only the world's process knows of. */
export function describeWorld(sight: WorldSight): WorldView {
  const { atMs, places, views, routes, bots } = sight;
  const all = [...views.values()];
  const rooms = all.flatMap((view) => view.rooms ?? []);
  return {
    atMs,
    ownRegionId: null,
    capabilities: WORLD_CAPABILITIES,
    regions: places.map((place) => describeRegion(place, sight)),
    places: places.map(({ id, name, position }) => ({
      placeId: id,
      name,
      position,
      players: sum(routes.filter(({ placeId }) => placeId === id)),
    })),
    routes,
    links: all.flatMap((view) => view.links.map((link) => describeLink(link, sight))),
    nodes: all.flatMap((view) => view.nodes.map((node) => describeNode(node, sight))),
    rooms: all.some((view) => view.rooms === null) && rooms.length === 0 ? null : rooms,
    queues: all.flatMap((view) => view.queues),
    bots,
  };
}

function describeRegion({ id, name, position }: WorldPlace, sight: WorldSight): WorldRegion {
  const { atMs, views, blackHoles } = sight;
  const own = views.get(id)?.regions.find(({ regionId }) => regionId === id);
  const others = [...views]
    .filter(([viewer]) => viewer !== id)
    .flatMap(([, { regions }]) => regions.filter(({ regionId }) => regionId === id));
  const deaf = others.filter((other) => other.isUnreachable).length;
  const nobody = {
    ...{ isOpen: null, loadRatio: null, seats: null, capacity: null, builds: [] },
    orders: null,
  };
  const view = views.get(id);
  return {
    ...(own ?? { ...nobody, reportAgeMs: null }),
    ...{ regionId: id, name, position },
    // Its own nodes always hear it; it is lost to players when most of the others do not.
    isUnreachable: own === undefined || deaf > others.length / 2,
    reportAgeMs:
      own?.reportAgeMs === undefined || own.reportAgeMs === null || view === undefined
        ? null
        : own.reportAgeMs + Math.max(0, atMs - view.atMs),
    isBlackHole: blackHoles.has(id),
  };
}

function describeLink(link: WorldLink, { isCut }: WorldSight): WorldLink {
  return { ...link, isCut: isCut(link.from, link.to) };
}

function describeNode(node: WorldNode, { nodes }: WorldSight): WorldNode {
  const seen = nodes.find(({ port }) => port === portOf(node.address));
  if (seen === undefined) return node;
  return { ...node, name: seen.name, state: seen.isRunning ? node.state : 'gone' };
}

/** Nodes of one machine are told apart by their ports. @param address - `host:port` */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function sum(routes: readonly WorldRoute[]): number {
  return routes.reduce((total, { players }) => total + players, 0);
}
