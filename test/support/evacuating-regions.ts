import { randomBytes } from 'node:crypto';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { MeridianRegion } from './meridian-region.ts';
import type { MeridianProcess } from './start-meridian.ts';
import { TcpRelay } from './tcp-relay.ts';

/** Longitudes: the first two are nearer to each other than to the third. */
const PLACES = { amber: 0, bronze: 10, cobalt: 60 } as const;

export type RegionName = keyof typeof PLACES;
const NAMES = Object.keys(PLACES) as readonly RegionName[];

/** Three regions, each a Redis and a node, linked over relays that can be cut. Rooms of `amber` go to `bronze`, and the other way. */
export class EvacuatingRegions implements AsyncDisposable {
  readonly #regions: ReadonlyMap<RegionName, MeridianRegion>;
  readonly #ports: ReadonlyMap<RegionName, number>;
  /** `<from> <to>` → the way from that region's nodes to the other one's Redis. */
  readonly #ways: ReadonlyMap<string, TcpRelay>;
  readonly #env: Readonly<Record<string, string>>;

  static async open(
    game: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<EvacuatingRegions> {
    const regions = new Map<RegionName, MeridianRegion>();
    const ports = new Map<RegionName, number>();
    for (const name of NAMES) {
      regions.set(name, await MeridianRegion.open(game));
      ports.set(name, await freePort());
    }
    const ways = new Map<string, TcpRelay>();
    for (const from of NAMES) {
      for (const [to, { redis }] of regions) {
        if (from !== to) ways.set(`${from} ${to}`, await TcpRelay.open(redis.port));
      }
    }
    const all = new EvacuatingRegions({ regions, ports, ways, env });
    await Promise.all(NAMES.map((name) => all.start(name)));
    return all;
  }

  private constructor(parts: {
    readonly regions: ReadonlyMap<RegionName, MeridianRegion>;
    readonly ports: ReadonlyMap<RegionName, number>;
    readonly ways: ReadonlyMap<string, TcpRelay>;
    readonly env: Readonly<Record<string, string>>;
  }) {
    this.#regions = parts.regions;
    this.#ports = parts.ports;
    this.#ways = parts.ways;
    this.#env = { JWT_SECRET: randomBytes(32).toString('hex'), ...parts.env };
  }

  region(name: RegionName): MeridianRegion {
    const region = this.#regions.get(name);
    if (region === undefined) throw new RangeError(`There is no region ${name}.`);
    return region;
  }

  /** The newest node of a region. */
  node(name: RegionName): MeridianProcess {
    const node = this.region(name).nodes.at(-1);
    if (node === undefined) throw new Error(`${name} has no node.`);
    return node;
  }

  /** Starts the region's node, under the address that the others know. */
  async start(name: RegionName): Promise<MeridianProcess> {
    const port = String(this.#ports.get(name));
    const links = NAMES.filter((other) => other !== name).map((other) => ({
      id: other,
      redisUri: `redis://127.0.0.1:${this.#ways.get(`${name} ${other}`)?.port}`,
    }));
    const catalogue = NAMES.map((id) => ({
      ...{ id, name: id, url: `http://127.0.0.1:${this.#ports.get(id)}` },
      position: { latitude: 0, longitude: PLACES[id] },
    }));
    return await this.region(name).start({
      env: {
        PORT: port,
        MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
        MERIDIAN_REGION_ID: name,
        MERIDIAN_REGIONS: JSON.stringify(catalogue),
        MERIDIAN_REGION_LINKS: JSON.stringify(links),
        ...this.#env,
      },
    });
  }

  /** SIGKILL for its node and its Redis, which loses what it had. */
  async kill(name: RegionName): Promise<void> {
    const region = this.region(name);
    await Promise.all([...region.running.map((node) => region.kill(node)), region.redis.kill()]);
  }

  /** Nothing passes between the region and the others; players reach it as before. */
  cutOff(name: RegionName): void {
    for (const way of this.#waysOf(name)) {
      way.refuse(true);
      way.cut();
    }
  }

  /** Waits until what is true in a room of amber now is in bronze too, and so is its listing. */
  async copied(roomId: string): Promise<void> {
    await using amber = this.region('amber').redis.client();
    await using bronze = this.region('bronze').redis.client();
    const journal = `meridian:journal:{${roomId}}`;
    const [[newest] = []] = await amber.xrevrange(journal, '+', '-', 'COUNT', 1);
    await eventually(
      async () => {
        const copy = await bronze.xrange(`meridian:copy:{${roomId}}`, newest ?? '+', '+');
        return (
          copy.length > 0 && (await bronze.hexists('{meridian}:copies-of:amber', roomId)) === 1
        );
      },
      { withinMs: 30_000 },
    );
  }

  reconnect(name: RegionName): void {
    for (const way of this.#waysOf(name)) way.refuse(false);
  }

  #waysOf(name: RegionName): readonly TcpRelay[] {
    return [...this.#ways].flatMap(([ends, way]) => (ends.split(' ').includes(name) ? [way] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#regions.values()].map((region) => region[Symbol.asyncDispose]()));
    await Promise.all([...this.#ways.values()].map((way) => way[Symbol.asyncDispose]()));
  }
}

/** When a node stepped a room of a game that tells so (`SURVIVAL_TELLS_STEPS`), wall clock, ms. */
export function stepsOf(node: MeridianProcess, roomId: string): readonly number[] {
  return node.log
    .filter((line) => line['steppedRoomId'] === roomId)
    .map((line) => line['atMs'] as number);
}
