import { Cluster } from '../cluster/cluster.ts';
import { Wan } from '../wan/wan.ts';
import { pathBetween, WORLD_PLACES, type WorldPlace } from './world-places.ts';

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
    const started = await Promise.allSettled(
      WORLD_PLACES.map(async (place) => {
        const cluster = await Cluster.start({
          game,
          nodes: nodesPerRegion,
          env: { MERIDIAN_HTTP_PUBLIC_ADDRESS: '' },
        });
        const region = { place, cluster };
        onReady?.(region);
        return region;
      }),
    );
    const regions = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const world = new World(regions);
    const failed = started.find((one) => one.status === 'rejected');
    if (failed === undefined) return world;
    await world[Symbol.asyncDispose]();
    throw failed.reason;
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
