import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { MatchRegion } from './match-player.ts';
import { RedisServer } from './redis-server.ts';
import { MeridianProcess } from './start-meridian.ts';
import { TcpRelay } from './tcp-relay.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SECRET = 'a secret of two regions, long enough';
const IDS = ['a', 'b'] as const;
type RegionName = (typeof IDS)[number];

interface Side {
  readonly redis: RedisServer;
  /** What the other region reaches this region's Redis through. */
  readonly relay: TcpRelay;
  readonly nodes: MeridianProcess[];
}

/** Regions `a` (two nodes) and `b` (one), each with a Redis of its own, linked to each other, with queues to enter. */
export class MatchRegions implements AsyncDisposable {
  readonly #sides: Readonly<Record<RegionName, Side>>;
  readonly #owned: AsyncDisposableStack;

  /** @param options.env - of a region's nodes, besides what all have */
  static async start({
    game = 'test/support/match-game.ts',
    env = {},
  }: {
    readonly game?: string;
    readonly env?: Partial<Readonly<Record<RegionName, Readonly<Record<string, string>>>>>;
  } = {}): Promise<MatchRegions> {
    await using owned = new AsyncDisposableStack();
    const ports = { a: [await freePort(), await freePort()], b: [await freePort()] };
    const catalogue = JSON.stringify(
      IDS.map((id) => ({
        ...{ id, name: id, url: `http://127.0.0.1:${ports[id][0]}` },
        position: { latitude: 50, longitude: 8 },
      })),
    );
    // As on one machine: the nodes of a region have one store of profiles.
    const folder = owned.use(await temporaryFolder('profiles'));
    const side = async (): Promise<Side> => {
      const redis = owned.use(await RedisServer.start());
      return { redis, relay: owned.use(await TcpRelay.open(redis.port)), nodes: [] };
    };
    const sides = { a: await side(), b: await side() };
    for (const id of IDS) {
      const other = id === 'a' ? 'b' : 'a';
      const redisUri = `redis://127.0.0.1:${sides[other].relay.port}`;
      for (const port of ports[id]) {
        const node = await MeridianProcess.start({
          game,
          env: {
            PORT: String(port),
            JWT_SECRET: SECRET,
            REDIS_URI: sides[id].redis.uri,
            MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, `${id}.sqlite`),
            MERIDIAN_CLUSTER_PEER_PORT: '0',
            MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
            MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '1000',
            MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
            MERIDIAN_REGION_ID: id,
            MERIDIAN_REGIONS: catalogue,
            MERIDIAN_REGION_LINKS: JSON.stringify([{ id: other, redisUri }]),
            ...env[id],
          },
        });
        sides[id].nodes.push(owned.use(node));
      }
    }
    return new MatchRegions(sides, owned.move());
  }

  private constructor(sides: Readonly<Record<RegionName, Side>>, owned: AsyncDisposableStack) {
    this.#sides = sides;
    this.#owned = owned;
  }

  /** @param node - at which of its nodes players ask */
  region(id: RegionName, node = 0): MatchRegion {
    const url = this.#sides[id].nodes[node]?.url ?? '';
    return { url, regionId: id, regionIds: IDS, secret: SECRET };
  }

  nodes(id: RegionName): readonly MeridianProcess[] {
    return this.#sides[id].nodes;
  }

  redis(id: RegionName): RedisServer {
    return this.#sides[id].redis;
  }

  /** Nothing passes between the regions any more; their links stay open, and silent. */
  cutLink(): void {
    for (const id of IDS) {
      this.#sides[id].relay.refuse(true);
      this.#sides[id].relay.freeze();
    }
  }

  healLink(): void {
    for (const id of IDS) {
      this.#sides[id].relay.refuse(false);
      this.#sides[id].relay.cut();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
