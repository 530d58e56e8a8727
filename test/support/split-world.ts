import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { MeridianProcess, type StartMeridianOptions } from './meridian-process.ts';
import { RedisServer } from './redis-server.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** What runs where: each process, and its services. */
const PROCESSES = {
  auth: 'auth',
  profile: 'profile',
  analytics: 'analytics',
  matchmaking: 'matchmaking',
  game: 'game',
} as const;

export type SplitProcess = keyof typeof PROCESSES;

const NAMES = Object.keys(PROCESSES) as readonly SplitProcess[];
const SECRET = 'a secret that all services have in common';

export interface SplitWorldOptions {
  /** As `StartMeridianOptions.game`. */
  readonly game: string;
  /** Settings of every process; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Settings of one process besides. */
  readonly envOf?: Partial<Record<SplitProcess, Readonly<Record<string, string | undefined>>>>;
  /** Whether `advance` moves the clocks of the processes. */
  readonly hasMovableClock?: boolean;
}

/** A game whose services run in processes of their own, on one machine and with a Redis of their own. */
export class SplitWorld implements AsyncDisposable {
  readonly redis: RedisServer;
  readonly secret: string;
  readonly #folder: TemporaryFolder;
  readonly #options: SplitWorldOptions;
  readonly #rpcPorts: Readonly<Record<SplitProcess, number>>;
  readonly #running = new Map<SplitProcess, MeridianProcess>();
  /** Those that were killed. */
  readonly #former: MeridianProcess[] = [];

  static async start(options: SplitWorldOptions): Promise<SplitWorld> {
    await using owned = new AsyncDisposableStack();
    const redis = owned.use(await RedisServer.start());
    const folder = owned.use(await temporaryFolder('split'));
    const ports = await Promise.all(NAMES.map(async (name) => [name, await freePort()] as const));
    const rpcPorts = Object.fromEntries(ports) as Record<SplitProcess, number>;
    const world = owned.use(new SplitWorld({ redis, folder, options, rpcPorts }));
    // Whoever is first waits for nobody: services find each other when they are there.
    await Promise.all(NAMES.map((name) => world.restart(name)));
    await world.node.ready();
    owned.move();
    return world;
  }

  private constructor(parts: {
    readonly redis: RedisServer;
    readonly folder: TemporaryFolder;
    readonly options: SplitWorldOptions;
    readonly rpcPorts: Readonly<Record<SplitProcess, number>>;
  }) {
    this.redis = parts.redis;
    this.#folder = parts.folder;
    this.#options = parts.options;
    this.#rpcPorts = parts.rpcPorts;
    const { env = {} } = parts.options;
    this.secret = env['MERIDIAN_AUTH_JWT_SECRET'] ?? env['JWT_SECRET'] ?? SECRET;
  }

  /** Where players come. */
  get node(): MeridianProcess {
    return this.process('game');
  }

  /** Where the events are written. */
  get eventsFolder(): string {
    return join(this.#folder.path, 'events');
  }

  /** All that all processes wrote, of those that were killed too. */
  get output(): string {
    return [...this.#former, ...this.#running.values()].map(({ output }) => output).join('\n');
  }

  process(name: SplitProcess): MeridianProcess {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} does not run.`);
    return running;
  }

  /** `host:port` where a service is called. */
  targetOf(name: SplitProcess): string {
    return `127.0.0.1:${this.#rpcPorts[name]}`;
  }

  /** The file where a service keeps what is its own. */
  storeOf(name: SplitProcess): string {
    return join(this.#folder.path, `${name}.sqlite`);
  }

  /** Settings of the process of a service; also for one more of it. */
  settingsOf(name: SplitProcess): Readonly<Record<string, string | undefined>> {
    return {
      MERIDIAN_PROCESS_SERVICES: PROCESSES[name],
      JWT_SECRET: this.secret,
      REDIS_URI: this.redis.uri,
      MERIDIAN_RPC_PORT: String(this.#rpcPorts[name]),
      MERIDIAN_RPC_AUTH_TARGET: this.targetOf('auth'),
      MERIDIAN_RPC_PROFILE_TARGET: this.targetOf('profile'),
      MERIDIAN_RPC_MATCHMAKING_TARGET: this.targetOf('matchmaking'),
      MERIDIAN_RPC_ANALYTICS_TARGET: this.targetOf('analytics'),
      MERIDIAN_PROFILES_SQLITE_PATH: this.storeOf(name),
      MERIDIAN_ANALYTICS_FOLDER: this.eventsFolder,
      MERIDIAN_CLUSTER_PEER_PORT: '0',
      ...this.#options.env,
      ...this.#options.envOf?.[name],
    };
  }

  /** SIGKILL, and waits for the end. */
  async kill(name: SplitProcess): Promise<void> {
    const process = this.process(name);
    this.#running.delete(name);
    this.#former.push(process);
    process.child.kill('SIGKILL');
    await process.ended;
  }

  /** Starts a service that does not run, and waits until it listens. */
  async restart(name: SplitProcess): Promise<MeridianProcess> {
    const { game, hasMovableClock = false } = this.#options;
    const env = this.settingsOf(name);
    const process = await MeridianProcess.start({ game, env, hasMovableClock });
    this.#running.set(name, process);
    return process;
  }

  /** Moves the wall clock of every process. */
  async advance(ms: number): Promise<void> {
    await Promise.all([...this.#running.values()].map((process) => process.advance(ms)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#running.values(), ...this.#former];
    await Promise.all(all.map((process) => process[Symbol.asyncDispose]()));
    await this.#folder[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}

/** Settings of a node that its services do not share: what it listens on. */
const OF_THE_NODE = /^(PORT$|MERIDIAN_HTTP_|MERIDIAN_ADMIN_)/;

/** A node whose services run in processes that go with it. */
export async function startSplitNode({
  game,
  env = {},
}: StartMeridianOptions): Promise<MeridianProcess> {
  const shared = Object.entries(env).filter(([name]) => !OF_THE_NODE.test(name));
  const world = await SplitWorld.start({
    game,
    env: Object.fromEntries(shared),
    envOf: { game: env },
  });
  world.node.owns(world);
  return world.node;
}
