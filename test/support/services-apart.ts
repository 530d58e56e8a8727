import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { RedisServer } from './redis-server.ts';
import { MeridianProcess } from './start-meridian.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface ServicesApartOptions {
  readonly game: string;
  /** Of every process. */
  readonly env?: Env;
  /** Ports that the nodes know the matchmaking service by; 1 when absent. */
  readonly matchmakingPorts?: number;
}

const SOON = { withinMs: 20_000 };

/** A region whose services are processes of their own: profiles, matchmaking, and nodes with rooms. Each real, on a real Redis. */
export class ServicesApart implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly #options: ServicesApartOptions;
  readonly #profilePort: number;
  readonly #matchmakingPorts: readonly number[];
  readonly #owned = new AsyncDisposableStack();

  /** Profiles are there when it resolves. */
  static async open(options: ServicesApartOptions): Promise<ServicesApart> {
    const ports: number[] = [];
    for (let port = 0; port <= (options.matchmakingPorts ?? 1); port += 1) {
      ports.push(await freePort());
    }
    const apart = new ServicesApart(await RedisServer.start(), options, ports);
    try {
      await apart.#start({
        MERIDIAN_PROCESS_SERVICES: 'profile',
        MERIDIAN_RPC_PORT: String(apart.#profilePort),
      });
    } catch (error) {
      await apart[Symbol.asyncDispose]();
      throw error;
    }
    return apart;
  }

  private constructor(
    redis: RedisServer,
    options: ServicesApartOptions,
    [profilePort = 0, ...matchmakingPorts]: readonly number[],
  ) {
    this.redis = this.#owned.use(redis);
    this.#options = options;
    this.#profilePort = profilePort;
    this.#matchmakingPorts = matchmakingPorts;
  }

  /** @param at - which of its ports; one where it ran before is a restart */
  startMatchmaking({
    at = 0,
    env = {},
  }: {
    at?: number;
    env?: Env;
  } = {}): Promise<MeridianProcess> {
    return this.#start({
      MERIDIAN_PROCESS_SERVICES: 'matchmaking',
      MERIDIAN_RPC_PORT: String(this.#matchmakingPorts[at]),
      MERIDIAN_RPC_PROFILE_TARGET: this.#profileTarget,
      ...env,
    });
  }

  /** A node with players and rooms that matches nothing. */
  async startNode(env: Env = {}): Promise<MeridianProcess> {
    // Told to others before it listens, so it cannot be 0.
    const port = await freePort();
    return await this.#start({
      PORT: String(port),
      MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
      MERIDIAN_RPC_PORT: '0',
      MERIDIAN_RPC_PROFILE_TARGET: this.#profileTarget,
      MERIDIAN_RPC_MATCHMAKING_TARGET: `ipv4:${this.#matchmakingPorts.map((it) => `127.0.0.1:${it}`).join(',')}`,
      ...env,
    });
  }

  /** Readiness of a process: null when it is ready, else what is not. */
  async unready(node: MeridianProcess): Promise<readonly string[] | null> {
    const response = await fetch(`${node.url}/ready`);
    const { failed } = (await response.json()) as { readonly failed: readonly string[] };
    return response.ok ? null : failed;
  }

  async untilReady(...nodes: readonly MeridianProcess[]): Promise<void> {
    for (const node of nodes) {
      await eventually(async () => (await this.unready(node)) === null, SOON);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }

  get #profileTarget(): string {
    return `127.0.0.1:${this.#profilePort}`;
  }

  async #start(env: Env): Promise<MeridianProcess> {
    const { game, env: ofAll = {} } = this.#options;
    return this.#owned.use(
      await MeridianProcess.start({
        game,
        env: {
          REDIS_URI: this.redis.uri,
          MERIDIAN_CLUSTER_PEER_PORT: '0',
          MERIDIAN_ANALYTICS_SINK: 'none',
          // Several processes that load at once keep each other waiting; hanging is not what is tested.
          MERIDIAN_CLUSTER_HANG_MS: '10000',
          ...ofAll,
          ...env,
        },
      }),
    );
  }
}
