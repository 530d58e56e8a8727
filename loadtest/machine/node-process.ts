import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Reaper } from './reaper.ts';

const Listening = z.object({
  event: z.literal('listening'),
  port: z.number(),
  metricsPort: z.number(),
  /** 0: a process without rooms has none. */
  adminPort: z.number().default(0),
});
export type NodePorts = Omit<z.infer<typeof Listening>, 'event'>;

export interface NodeProcessOptions {
  readonly projectRoot: string;
  /** Module that exports `game`; absolute, or relative to the project. */
  readonly game: string;
  /** Settings on top of those that every node of a load test gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets everybody else go first until it listens; only where its turn can be given back to it (`canGoFirst` of runtimes.ts). */
  readonly startsLast?: boolean | undefined;
  /** File for its whole log; the last lines are kept anyway. */
  readonly logFile?: string | undefined;
  /** Ends it with the process that started it. */
  readonly reaper: Reaper;
}

export interface NodeProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A node starts in two seconds; ten at once, on two cores that others use as well, take their time. */
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
const LOG_LINES_KEPT = 40;
/** Niceness of a node that waits for everybody else. */
const LAST = 15;

/**
 * A Meridian node in a process of its own, on free ports, with an empty profile store in a temporary folder.
 *
 * All bots come from one address, so the limits per address are raised; everything else is as in production.
 */
export class NodeProcess implements AsyncDisposable {
  readonly ended: Promise<NodeProcessEnd>;
  /** How it ended; null while it runs. */
  end: NodeProcessEnd | null = null;
  readonly #child: ChildProcess;
  readonly #dataFolder: string;
  readonly #log: string[] = [];
  readonly #listening = Promise.withResolvers<void>();
  readonly #reaper: Reaper;
  readonly #startsLast: boolean;
  #ports: NodePorts | null = null;

  /** @throws {Error} when it does not listen in time; the message carries the end of its log */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const node = new NodeProcess(options);
    const timeout = setTimeout(
      () => node.#listening.reject(new Error('The node did not start in time.')),
      START_WITHIN_MS,
    );
    try {
      await node.#listening.promise;
      return node;
    } catch (cause) {
      await node[Symbol.asyncDispose]();
      const { message } = cause as Error;
      throw new Error(`${message} Its log ends with:\n${node.logTail}`, { cause });
    } finally {
      clearTimeout(timeout);
    }
  }

  private constructor(options: NodeProcessOptions) {
    this.#dataFolder = mkdtempSync(join(tmpdir(), 'meridian-loadtest-'));
    this.#child = spawn(
      process.execPath,
      ['--conditions=meridian-source', 'src/main.ts', '--game', options.game],
      {
        cwd: options.projectRoot,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          // Started as from a shell, with some settings on top.
          ...process.env,
          PORT: '0',
          MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
          MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '1000000',
          MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '1000000',
          MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '100000',
          MERIDIAN_ADMIN_METRICS_PORT: '0',
          MERIDIAN_ADMIN_ADMIN_PORT: '0',
          MERIDIAN_PROFILES_SQLITE_PATH: join(this.#dataFolder, 'profiles.sqlite'),
          ...options.env,
        },
      },
    );
    this.#startsLast = options.startsLast ?? false;
    if (this.#startsLast) setNiceness(this.pid, LAST);
    this.#reaper = options.reaper;
    this.#reaper.watchProcess(this.pid);
    this.#reaper.watchFolder(this.#dataFolder);
    this.#readLog(options.logFile);
    this.ended = once(this.#child, 'close').then(([exitCode, signal]) => {
      this.end = {
        exitCode: exitCode as number | null,
        signal: signal as NodeJS.Signals | null,
      };
      this.#reaper.forgetProcess(this.pid);
      this.#listening.reject(new Error(`The node ended with ${exitCode ?? signal}.`));
      return this.end;
    });
    // Told by `start` while it waits, and by `ended` afterwards.
    this.#listening.promise.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get ports(): NodePorts {
    if (this.#ports === null) throw new Error('The node does not listen yet.');
    return this.#ports;
  }

  get endpoint(): URL {
    return new URL(`http://127.0.0.1:${this.ports.port}`);
  }

  get metrics(): URL {
    return new URL(`http://127.0.0.1:${this.ports.metricsPort}/metrics`);
  }

  /** The last lines it wrote, for messages. */
  get logTail(): string {
    return this.#log.join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it as an operator would; by force when it does not end. */
  async stop(): Promise<NodeProcessEnd> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
    rmSync(this.#dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }

  #readLog(logFile: string | undefined): void {
    const file = logFile === undefined ? null : createWriteStream(logFile);
    const remember = (line: string) => {
      file?.write(`${line}\n`);
      this.#log.push(line);
      if (this.#log.length > LOG_LINES_KEPT) this.#log.shift();
    };
    const { stdout, stderr } = this.#child;
    if (stderr) createInterface({ input: stderr }).on('line', remember);
    if (stdout === null) return;
    createInterface({ input: stdout }).on('line', (line) => {
      remember(line);
      if (this.#ports !== null) return;
      const found = Listening.safeParse(parseOrNull(line));
      if (!found.success) return;
      this.#ports = found.data;
      if (this.#startsLast) setNiceness(this.pid, 0);
      this.#listening.resolve();
    });
  }
}

/** Of all threads of a process: Linux gives each a niceness of its own. */
function setNiceness(pid: number, nice: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), nice);
  } catch {
    // Another system, or it has ended: then it takes its turn as anybody does.
  }
}

function parseOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Not a log line.
    return null;
  }
}
