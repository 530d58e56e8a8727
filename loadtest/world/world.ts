import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { Cluster } from '../cluster/cluster.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { NodeProcess } from '../machine/node-process.ts';
import { Reaper } from '../machine/reaper.ts';
import { WORLD_PLACES, type WorldPlace } from './world-places.ts';
import { WorldWan } from './world-wan.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

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
  /** Settings of every node, besides those that make it part of the world. */
  readonly env?: Readonly<Record<string, string>>;
  /** Share of segments that players' own lines lose; absent: that of the median home. */
  readonly homeLossRatio?: number | undefined;
  /** A region whose profiles are kept by a process of their own, which its nodes call; absent: none. */
  readonly profilesApartIn?: string | undefined;
  /** Existing folder for the logs of all nodes: a folder for each region. */
  readonly logFolder?: string | undefined;
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
 *   player in asia ──196 ms──▶ front door of europe ─▶ node A, node B ─▶ Redis of europe
 *                  ── 18 ms──▶ front door of asia   ─▶ …
 *   nodes of asia  ──178 ms──▶ Redis of europe: the link between the two
 *
 * A region names all regions by the doors of its own place, so that whoever plays from there measures true distances, and goes the
 * whole way to a match elsewhere. Its pages may do so: each door is an origin of its own, and all of them are allowed.
 *
 * Nodes have no public address: players come through the front door of a region, and any node hands them on to the room's.
 */
export class World implements AsyncDisposable {
  readonly regions: ReadonlyMap<string, WorldRegion>;
  readonly wan: WorldWan;
  /** The nodes of a region have one store of profiles: a player is known whichever of them he asks. */
  readonly #profiles = mkdtempSync(join(tmpdir(), 'meridian-world-'));
  readonly #reaper = new Reaper();
  /** The process that keeps the profiles of a region apart from its nodes. */
  #profileService: {
    readonly regionId: string;
    readonly process: NodeProcess;
    readonly target: string;
  } | null = null;

  static async start(options: WorldOptions): Promise<World> {
    const { game, nodesPerRegion, env = {}, homeLossRatio, logFolder, onReady } = options;
    const folderOf = (regionId: string) => {
      if (logFolder === undefined) return undefined;
      const folder = join(logFolder, regionId);
      mkdirSync(folder, { recursive: true });
      return folder;
    };
    // First what nodes are told of: the doors of all regions, and their Redis servers.
    const opened = await Promise.allSettled(
      WORLD_PLACES.map(async (place) => ({
        place,
        cluster: await Cluster.start({
          ...{ game, nodes: 0, env: { ...ENV, ...env } },
          logFolder: folderOf(place.id),
        }),
      })),
    );
    const regions = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const world = new World(regions, homeLossRatio);
    try {
      for (const one of opened) if (one.status === 'rejected') throw one.reason;
      if (options.profilesApartIn !== undefined) {
        await world.#startProfiles(options.profilesApartIn, { game, env: { ...ENV, ...env } });
      }
      await Promise.all(
        regions.map(async (region) => {
          const starts = Array.from({ length: nodesPerRegion }, () =>
            world.startNode(region.place.id),
          );
          await Promise.all(starts);
          onReady?.(region);
        }),
      );
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(regions: readonly WorldRegion[], homeLossRatio: number | undefined) {
    this.regions = new Map(regions.map((region) => [region.place.id, region]));
    this.wan = new WorldWan(homeLossRatio);
    this.#reaper.watchFolder(this.#profiles);
    for (const { place, cluster } of regions) {
      const { frontDoor, redis } = cluster;
      this.wan.putRegion(place.id, { frontDoor, redis: `127.0.0.1:${redis.port}` });
    }
  }

  /** One node more. @throws {Error} when it does not listen in time; RangeError for a region that is none of the five */
  async startNode(
    regionId: string,
    how: { readonly startsLast?: boolean } = {},
  ): Promise<ClusterNode> {
    const region = this.region(regionId);
    return await region.cluster.startNode(await this.#envOf(region), how);
  }

  /** Where a player at home in `home` finds a region: `host:port`, as far away as it is. */
  async doorFrom(home: string, regionId: string): Promise<string> {
    return await this.wan.door(home, regionId);
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

  /** Metrics of the process that keeps profiles apart; null: there is none. */
  get profileService(): { readonly regionId: string; readonly metrics: URL } | null {
    const service = this.#profileService;
    return service === null
      ? null
      : { regionId: service.regionId, metrics: service.process.metrics };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wan[Symbol.asyncDispose]();
    await Promise.all(
      [...this.regions.values()].map(({ cluster }) => cluster[Symbol.asyncDispose]()),
    );
    await this.#profileService?.process[Symbol.asyncDispose]();
    rmSync(this.#profiles, { recursive: true, force: true, maxRetries: 5 });
    await this.#reaper[Symbol.asyncDispose]();
  }

  async #startProfiles(
    regionId: string,
    { game, env }: { readonly game: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<void> {
    const region = this.region(regionId);
    const port = await freePort();
    const target = `127.0.0.1:${port}`;
    const process = await NodeProcess.start({
      ...{ projectRoot: PROJECT_ROOT, game, reaper: this.#reaper },
      env: {
        ...env,
        ...(await this.#envOf(region)),
        REDIS_URI: region.cluster.redis.uri,
        MERIDIAN_PROCESS_SERVICES: 'profile',
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        MERIDIAN_RPC_PORT: String(port),
      },
    });
    this.#profileService = { regionId, process, target };
  }

  /** What the nodes of a region are told of it and of the others. */
  async #envOf(own: WorldRegion): Promise<Readonly<Record<string, string>>> {
    const all = [...this.regions.values()];
    const entries = await Promise.all(
      all.map(async ({ place: { id, name, position } }) => ({
        ...{ id, name, position },
        url: `http://${await this.doorFrom(own.place.id, id)}`,
      })),
    );
    const origins = (await this.doors()).map(({ address }) => `http://${address}`);
    const others = all.filter((other) => other !== own);
    const links = await Promise.all(
      others.map(async ({ place: { id } }) => ({
        id,
        redisUri: `redis://${await this.wan.redis(own.place.id, id)}`,
      })),
    );
    return {
      MERIDIAN_PROFILES_SQLITE_PATH: join(this.#profiles, `${own.place.id}.sqlite`),
      MERIDIAN_REGION_ID: own.place.id,
      MERIDIAN_HTTP_CORS_ORIGINS: origins.join(','),
      MERIDIAN_REGIONS: JSON.stringify(entries),
      MERIDIAN_REGION_LINKS: JSON.stringify(links),
      ...(this.#profileService?.regionId === own.place.id
        ? { MERIDIAN_RPC_PROFILE_TARGET: this.#profileService.target, MERIDIAN_RPC_PORT: '0' }
        : {}),
    };
  }
}
