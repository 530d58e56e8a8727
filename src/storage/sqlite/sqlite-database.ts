import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GameError } from '../../errors/game-error.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { MIGRATIONS } from './migrations.ts';
import { toSqliteError } from './sqlite-error.ts';
import type {
  SqliteReply,
  SqliteRequest,
  SqliteWorkerOptions,
  SqlResult,
  SqlRow,
  SqlStatement,
} from './sqlite-protocol.ts';

export interface SqliteDatabaseOptions {
  /** File to open; its folder is made. `:memory:` keeps nothing. */
  readonly path: string;
  /** How long a lock held by another process is waited for, in ms. */
  readonly busyTimeoutMs?: number;
  /** Requests in flight above which more are refused at once. Higher: longer waits before the first refusal. */
  readonly maxPending?: number;
  /** Schema steps; Meridian's own unless a test brings others. */
  readonly migrations?: readonly string[];
  readonly clock?: Clock;
}

/** Quiet time before a crashed worker is started again, so that a broken disk does not spin the CPU. */
const RESTART_DELAY_MS = 1_000;

/** Worker file beside this one: `.ts` from the sources, `.js` from dist. A literal would not be rewritten by tsc. */
const WORKER_URL = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);

interface PendingRequest {
  readonly resolve: (results: readonly SqlResult[]) => void;
  readonly reject: (error: Error) => void;
}

type Phase =
  | { readonly kind: 'open'; readonly worker: Worker }
  | { readonly kind: 'crashed'; readonly crashedAtMs: number; readonly cause: unknown }
  | { readonly kind: 'closing' };

/**
 * A SQLite file in a thread of its own, so that an fsync never holds up a tick.
 *
 * A write's promise resolves when it is on disk; writes that wait together are committed together
 * (sqlite-worker.ts draws it). Requests are executed in the order of the calls.
 *
 * When the worker dies, everything in flight fails with `STORE_UNAVAILABLE` (such a write may or may not have happened,
 * as with any database whose connection broke) and the next request after a second starts a new one.
 */
export class SqliteDatabase implements AsyncDisposable {
  readonly #options: SqliteWorkerOptions;
  readonly #maxPending: number;
  readonly #clock: Clock;
  readonly #pending = new Map<number, PendingRequest>();
  #nextRequestId = 1;
  #phase: Phase;
  #whenClosed: Promise<void> | null = null;

  /** @throws {GameError} `STORE_UNAVAILABLE` when the file cannot be opened or is of a newer schema (see the cause) */
  static async open(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
    const database = new SqliteDatabase(options);
    await database.read({ sql: 'SELECT 1' });
    return database;
  }

  private constructor(options: SqliteDatabaseOptions) {
    this.#options = {
      path: options.path,
      busyTimeoutMs: options.busyTimeoutMs ?? 5_000,
      migrations: options.migrations ?? MIGRATIONS,
    };
    this.#maxPending = options.maxPending ?? 10_000;
    this.#clock = options.clock ?? systemClock;
    this.#phase = { kind: 'open', worker: this.#startWorker() };
  }

  /**
   * Runs one SELECT. It sees every write that was called before it.
   *
   * @throws {GameError} `STORE_UNAVAILABLE`
   */
  async read(statement: SqlStatement): Promise<readonly SqlRow[]> {
    const [result] = await this.#request('read', [statement]);
    return result?.rows ?? [];
  }

  /**
   * Runs statements as one unit: all of them, durably, or none.
   *
   * @returns one result per statement, in order
   * @throws {SqliteError} a constraint refused it; {GameError} `STORE_UNAVAILABLE`
   */
  write(...statements: readonly SqlStatement[]): Promise<readonly SqlResult[]> {
    return this.#request('write', statements);
  }

  /** Answers what was asked before, then closes the file. Later requests fail with `STORE_UNAVAILABLE`. */
  close(): Promise<void> {
    this.#whenClosed ??= this.#close();
    return this.#whenClosed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const phase = this.#phase;
    this.#phase = { kind: 'closing' };
    if (phase.kind !== 'open') return;
    const whenExited = new Promise<void>((resolve) => phase.worker.once('exit', () => resolve()));
    phase.worker.postMessage({ kind: 'close' } satisfies SqliteRequest);
    await whenExited;
  }

  #request(
    kind: 'read' | 'write',
    statements: readonly SqlStatement[],
  ): Promise<readonly SqlResult[]> {
    return new Promise((resolve, reject) => {
      const worker = this.#openWorker();
      if (this.#pending.size >= this.#maxPending) throw new GameError('STORE_UNAVAILABLE');
      const requestId = this.#nextRequestId++;
      worker.postMessage({ kind, requestId, statements } satisfies SqliteRequest);
      this.#pending.set(requestId, { resolve, reject });
    });
  }

  /** @throws {GameError} `STORE_UNAVAILABLE` */
  #openWorker(): Worker {
    const phase = this.#phase;
    if (phase.kind === 'open') return phase.worker;
    if (phase.kind === 'closing') throw new GameError('STORE_UNAVAILABLE');
    const downMs = this.#clock.monotonicMs() - phase.crashedAtMs;
    // What was in memory is gone: starting afresh would hand out an empty store as if it were the old one.
    const isRestartable = this.#options.path !== ':memory:' && downMs >= RESTART_DELAY_MS;
    if (!isRestartable) throw new GameError('STORE_UNAVAILABLE', {}, { cause: phase.cause });
    const worker = this.#startWorker();
    this.#phase = { kind: 'open', worker };
    return worker;
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER_URL, { workerData: this.#options, name: 'meridian-sqlite' });
    let cause: unknown;
    worker.on('message', (replies: readonly SqliteReply[]) => {
      for (const reply of replies) this.#settle(reply);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => this.#onExit(cause));
    return worker;
  }

  #settle(reply: SqliteReply): void {
    const pending = this.#pending.get(reply.requestId);
    this.#pending.delete(reply.requestId);
    if (reply.ok) pending?.resolve(reply.results);
    else pending?.reject(toSqliteError(reply.failure));
  }

  #onExit(cause: unknown): void {
    if (this.#phase.kind === 'open') {
      this.#phase = { kind: 'crashed', crashedAtMs: this.#clock.monotonicMs(), cause };
    }
    const orphans = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of orphans) reject(new GameError('STORE_UNAVAILABLE', {}, { cause }));
  }
}
