import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parsePrometheus, sumOf } from '../../loadtest/load/prometheus.ts';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { eventually } from './eventually.ts';
import { nodeBinary } from './node-binary.ts';
import { repositoryRoot } from './repository.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** One line of the node's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface StartMeridianOptions {
  /** Module that exports `game`; absolute, or relative to the repository. */
  readonly game: string;
  /** Settings besides those below; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether `advance` moves its clock. */
  readonly hasMovableClock?: boolean;
  /** What runs it in place of {@link nodeBinary}. */
  readonly binary?: string;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Five processes that start at once, on two cores that others use too. */
const START_TIMEOUT_MS = 45_000;
const MOVABLE_CLOCK = pathToFileURL(join(import.meta.dirname, 'movable-clock.ts')).href;

/** A Meridian node in a process of its own, started as `npm start` does, with free ports and a store of its own. */
export class MeridianProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything the process wrote so far, both streams. */
  output = '';
  /** Lines of the log so far. */
  readonly log: LogLine[] = [];
  readonly ended: Promise<ProcessEnd>;
  readonly #owned: AsyncDisposableStack;
  #ports: {
    readonly port: number;
    readonly metricsPort: number;
    /** Not of a service that runs alone. */
    readonly adminPort?: number;
    /** Of a service that runs alone. */
    readonly rpcPort?: number;
  } | null = null;

  /** Runs the process and waits for nothing; for starts that fail. */
  static async spawn(options: StartMeridianOptions): Promise<MeridianProcess> {
    await using owned = new AsyncDisposableStack();
    const folder = owned.use(await temporaryFolder('node'));
    const env: NodeJS.ProcessEnv = {
      ...withoutSettings(process.env),
      PORT: '0',
      MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
      MERIDIAN_ADMIN_METRICS_PORT: '0',
      MERIDIAN_ADMIN_ADMIN_PORT: '0',
      MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, 'store.sqlite'),
      ...options.env,
    };
    const clock = options.hasMovableClock === true ? [`--import=${MOVABLE_CLOCK}`] : [];
    const child = spawn(
      options.binary ?? nodeBinary,
      [...clock, '--conditions=meridian-source', 'src/main.ts', '--game', options.game],
      {
        cwd: repositoryRoot,
        env,
        stdio: ['ignore', 'pipe', 'pipe', ...(clock.length === 0 ? [] : (['ipc'] as const))],
      },
    );
    return new MeridianProcess(child, owned.move());
  }

  /** Starts a node and waits until it listens. */
  static async start(options: StartMeridianOptions): Promise<MeridianProcess> {
    const node = await MeridianProcess.spawn(options);
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    const failed = Promise.race([
      node.ended.then(({ exitCode }) => `ended with ${exitCode}`),
      once(timeout, 'abort').then(() => `did not listen within ${START_TIMEOUT_MS} ms`),
    ]);
    const failure = await Promise.race([node.#listening.promise, failed]);
    if (failure === null) return node;
    const { output } = node;
    await node[Symbol.asyncDispose]();
    throw new Error(`The node ${failure}. It said:\n${output}`);
  }

  readonly #listening = Promise.withResolvers<null>();

  private constructor(child: ChildProcess, owned: AsyncDisposableStack) {
    this.child = child;
    this.#owned = owned;
    this.ended = once(child, 'close').then(([exitCode, signal]) => ({
      exitCode: exitCode as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
  }

  get port(): number {
    return this.#listeningPorts.port;
  }

  get metricsPort(): number {
    return this.#listeningPorts.metricsPort;
  }

  get adminPort(): number {
    return this.#listeningPorts.adminPort ?? 0;
  }

  get rpcPort(): number {
    return this.#listeningPorts.rpcPort ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Prometheus' text of now. */
  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text();
  }

  /** A sample of now, e.g. `meridian_rooms{room="field"}`; a name without labels sums over them. 0 when there is none. */
  async metric(sample: string): Promise<number> {
    const samples = parsePrometheus(await this.metrics());
    return samples.get(sample) ?? sumOf(samples, sample) ?? 0;
  }

  /** A new guest's tokens. */
  async signIn(displayName?: string): Promise<SessionTokens> {
    const response = await fetch(`${this.url}/v1/auth/guest`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(displayName === undefined ? {} : { displayName }),
    });
    if (!response.ok) throw new Error(`guest sign-in: ${await response.text()}`);
    return (await response.json()) as SessionTokens;
  }

  /** Waits until it may get players. */
  async ready(): Promise<void> {
    await eventually(async () => (await fetch(`${this.url}/ready`)).ok, {
      withinMs: START_TIMEOUT_MS,
    });
  }

  /** Moves its wall clock; for one that was started with `hasMovableClock`. */
  async advance(ms: number): Promise<void> {
    const told = Promise.withResolvers<void>();
    const hear = (message: unknown) => {
      if ((message as { readonly advancedMs?: number }).advancedMs === ms) told.resolve();
    };
    this.child.on('message', hear);
    this.child.send({ advanceMs: ms });
    await told.promise;
    this.child.off('message', hear);
  }

  /** What goes when this process is disposed of. */
  owns(resource: AsyncDisposable): void {
    this.#owned.use(resource);
  }

  /** Asks the process to stop, as a supervisor does, and waits for its end. */
  async stop(): Promise<ProcessEnd> {
    this.child.kill('SIGTERM');
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    await this.#owned.disposeAsync();
  }

  get #listeningPorts() {
    if (this.#ports === null) throw new Error('The node does not listen yet.');
    return this.#ports;
  }

  #read(line: string): void {
    this.output += `${line}\n`;
    const entry = parseLogLine(line);
    if (entry === null) return;
    this.log.push(entry);
    if (entry['event'] === 'listening') {
      this.#ports = entry as unknown as MeridianProcess;
      this.#listening.resolve(null);
    }
  }
}

/** What this shell happens to have set must not reach the node under test. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isSetting = (name: string) =>
    name.startsWith('MERIDIAN_') || ['PORT', 'JWT_SECRET', 'NODE_ENV', 'MONGO_URI'].includes(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSetting(name)));
}

function parseLogLine(line: string): LogLine | null {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as LogLine) : null;
  } catch {
    return null;
  }
}
