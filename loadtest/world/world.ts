import { randomBytes } from 'node:crypto';
import { Cluster } from '../cluster/cluster.ts';
import { Wan } from '../wan/wan.ts';
import { pathBetween, WORLD_PLACES, type WorldPlace } from './world-places.ts';

/** One secret for all regions: tokens and latencies of each are good in every other. */
const ENV = {
  JWT_SECRET: randomBytes(32).toString('hex'),
  // Players come through the front door, and any node hands them on.
  MERIDIAN_HTTP_PUBLIC_ADDRESS: '',
};

export interface WorldOptions {
  /** Module that exports `game`. */
  readonly game: string;
  readonly nodesPerRegion: number;
  /** Told of each region as it gets ready. */
  readonly onReady?: (region: WorldRegion) => void;
}

export interface WorldRegion {
  readonly place: WorldPlace;
  readonly cluster: Cluster;
}

/** How a player at home somewhere comes to a region. */
export interface WorldDoor {
  readonly home: string;
  readonly regionId: string;
  /** `host:port`, as far away as the region is. */
  readonly address: string;
}

/**
 * Five regions on this machine, each with a Redis and nodes of its own, and the distances between them and their players.
 *
 *   player in asia ──180 ms──▶ front door of europe ─▶ node A, node B ─▶ Redis of europe
 *                  ── 18 ms──▶ front door of asia   ─▶ …
 *
 * Nodes have no public address: players come through the front door of a region, and any node hands them on to the room's.
 */
export class World implements AsyncDisposable {
  readonly regions: ReadonlyMap<string, WorldRegion>;
  readonly wan: Wan;

  static async start({ game, nodesPerRegion, onReady }: WorldOptions): Promise<World> {
    // First what nodes are told of: the doors of all regions, and their Redis servers.
    const opened = await Promise.allSettled(
      WORLD_PLACES.map(async (place) => ({
        place,
        cluster: await Cluster.start({ game, nodes: 0, env: ENV }),
      })),
    );
    const regions = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const world = new World(regions);
    try {
      for (const one of opened) if (one.status === 'rejected') throw one.reason;
      await Promise.all(
        regions.map(async (region) => {
          const env = envOf(region, regions);
          const { cluster } = region;
          await Promise.all(
            Array.from({ length: nodesPerRegion }, async () => await cluster.startNode(env)),
          );
          onReady?.(region);
        }),
      );
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(regions: readonly WorldRegion[]) {
    this.regions = new Map(regions.map((region) => [region.place.id, region]));
    this.wan = new Wan(pathBetween);
    for (const { place, cluster } of regions) this.wan.put(cluster.frontDoor, place.id);
  }

  /** Where a player at home in `home` finds a region: `host:port`, as far away as it is. */
  async doorFrom(home: string, regionId: string): Promise<string> {
    return await this.wan.via(home, this.region(regionId).cluster.frontDoor);
  }

  /** From every place to every region. */
  async doors(): Promise<readonly WorldDoor[]> {
    const pairs = WORLD_PLACES.flatMap(({ id: home }) =>
      WORLD_PLACES.map(({ id: regionId }) => ({ home, regionId })),
    );
    return await Promise.all(
      pairs.map(async (pair) => ({
        ...pair,
        address: await this.doorFrom(pair.home, pair.regionId),
      })),
    );
  }

  /** @throws RangeError for a region that is none of the five */
  region(regionId: string): WorldRegion {
    const region = this.regions.get(regionId);
    if (region === undefined) throw new RangeError(`There is no region "${regionId}".`);
    return region;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wan[Symbol.asyncDispose]();
    await Promise.all(
      [...this.regions.values()].map(({ cluster }) => cluster[Symbol.asyncDispose]()),
    );
  }
}

/** What the nodes of a region are told of it and of the others. */
function envOf(own: WorldRegion, all: readonly WorldRegion[]): Readonly<Record<string, string>> {
  const entries = all.map(({ place: { id, name, position }, cluster }) => ({
    ...{ id, name, position },
    url: `http://${cluster.frontDoor}`,
  }));
  const links = all
    .filter((other) => other !== own)
    .map(({ place: { id }, cluster }) => ({
      id,
      redisUri: `redis://127.0.0.1:${cluster.redis.port}`,
    }));
  return {
    MERIDIAN_REGION_ID: own.place.id,
    MERIDIAN_REGIONS: JSON.stringify(entries),
    MERIDIAN_REGION_LINKS: JSON.stringify(links),
  };
}
