import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { findRedisServer } from '../../bin/setup/test-tools.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** A real Redis server of its own for one test, on loopback. It can be killed, frozen and started again on the same port. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: TemporaryFolder;
  readonly #flags: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: TemporaryFolder, flags: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#flags = flags;
  }

  /** @param flags - beyond port, address and no persistence, e.g. `['--maxmemory', '5mb']` */
  static async start(flags: readonly string[] = []): Promise<RedisServer> {
    const folder = await temporaryFolder('redis');
    const server = new RedisServer(await freePort(), folder, flags);
    await server.up();
    return server;
  }

  get uri(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** A client of its own; close it with `await using client = server.client()`. */
  client(): Redis & AsyncDisposable {
    const client = new Redis(this.port, '127.0.0.1', { maxRetriesPerRequest: null });
    client.on('error', () => {});
    return Object.assign(client, {
      [Symbol.asyncDispose]: async () => client.disconnect(),
    });
  }

  /** Starts it (again), empty unless the flags say that it persists, and waits until it answers. */
  async up(): Promise<void> {
    const program = findRedisServer();
    if (program === null) throw new Error('redis-server is not here; npm test says how to get it.');
    this.#child = spawn(
      program,
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder.path],
        ...['--save', '', '--appendonly', 'no', ...this.#flags],
      ],
      { stdio: 'ignore' },
    );
    await using client = this.client();
    await eventually(async () => (await client.ping()) === 'PONG', { withinMs: 10_000 });
  }

  /** SIGKILL, and waits for the end. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  /** Accepts connections and answers nothing, as behind a partition. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.kill();
    await this.#folder[Symbol.asyncDispose]();
  }
}
