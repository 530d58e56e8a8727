import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { GameError } from '../../errors/game-error.ts';
import { backOffMs } from '../../shared/back-off.ts';
import type { Clock } from '../../shared/clock.ts';
import { within } from '../../shared/within.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { DeferredWriteMetrics } from '../../telemetry/deferred-write-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import {
  type DeferredWrite,
  decodeDeferredWrite,
  encodeDeferredWrite,
  isSameWrite,
} from './deferred-write.ts';
import type { AppliedWrite, DeferredWrites } from './deferred-writes.ts';

/** A job whose node says nothing for so long is another node's, ms. Done twice it counts once. */
const LOCK_MS = 10_000;
const LOOK_FOR_STALLED_EVERY_MS = 5_000;
/** Nodes that may die over one job: there is no number after which a promise is void. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const AT_ONCE = 16;
/** Between the tries of one write, ms. */
const TRIES = { firstMs: 500, longestMs: 30_000 } as const;
/** Writes kept apart; the oldest leave. */
const MOST_FAILED = 10_000;
const LOOK_EVERY_MS = 1_000;
/** How long the end of a node waits for writes that are under way, ms. */
const CLOSE_WITHIN_MS = 3_000;
const WAITING = ['wait', 'delayed', 'active'] as const;

export interface BullDeferredWritesDeps {
  /** For what callers wait for. Stays its opener's. */
  readonly redis: RedisClient;
  /** For what waits for jobs: its calls outlast an outage. Stays its opener's. */
  readonly patientRedis: RedisClient;
  readonly clock: Clock;
  readonly metrics: DeferredWriteMetrics;
  readonly log: Logger;
}

/** Deferred writes in a BullMQ queue of the region's Redis. How durable they are is how durable that Redis is. */
export class BullDeferredWrites implements DeferredWrites {
  readonly #deps: BullDeferredWritesDeps;
  readonly #mostWaiting: number;
  readonly #queue: Queue<object>;
  readonly #timer: NodeJS.Timeout;
  #worker: Worker<object> | undefined;
  #isPaused = false;
  /** As last seen, and what was put since. */
  #waiting = 0;

  constructor(deps: BullDeferredWritesDeps, options: { readonly mostWaiting: number }) {
    this.#deps = deps;
    this.#mostWaiting = options.mostWaiting;
    this.#queue = new Queue(redisKeys.deferredWrites.name, {
      connection: deps.redis,
      prefix: redisKeys.deferredWrites.prefix,
      // While Redis is away a caller is refused, and does not wait.
      skipWaitingForReady: true,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: {
        attempts: NO_LIMIT,
        backoff: { type: 'custom' },
        removeOnComplete: true,
        removeOnFail: { count: MOST_FAILED },
        stackTraceLimit: 1,
      },
    });
    this.#queue.on('error', (error) => deps.log.debug({ err: error }, 'queue of deferred writes'));
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  async put(write: DeferredWrite): Promise<'waits' | 'ended'> {
    try {
      const outcome = await this.#put(write);
      if (outcome === 'waits') this.#deps.metrics.put('deferred');
      return outcome;
    } catch (error) {
      this.#deps.metrics.put('refused');
      throw error;
    }
  }

  async #put(write: DeferredWrite): Promise<'waits' | 'ended'> {
    const stored = encodeDeferredWrite(write);
    if (stored === null) throw new GameError('STORE_UNAVAILABLE', { reason: 'cannot-wait' });
    if (this.#waiting >= this.#mostWaiting) {
      throw new GameError('STORE_UNAVAILABLE', { reason: 'queue-full' });
    }
    const jobId = jobIdOf(write);
    const there = await this.#add(jobId, stored).catch((error: unknown) => {
      throw new GameError('STORE_UNAVAILABLE', { reason: 'queue-away' }, { cause: error });
    });
    if (there === undefined || there.finishedOn !== undefined) return 'ended';
    const kept = decodeDeferredWrite(there.data);
    if (kept === null || !isSameWrite(kept, write)) {
      throw new GameError('OPERATION_CONFLICT', { operationId: write.operation.operationId });
    }
    this.#waiting += 1;
    return 'waits';
  }

  /** @returns what is there under that id now; undefined: it has been, and is done */
  async #add(jobId: string, stored: object): Promise<Job<object> | undefined> {
    await this.#queue.add('write', stored, { jobId });
    // Where one of that id was, it has stayed.
    return await this.#queue.getJob(jobId);
  }

  start(apply: (write: DeferredWrite) => Promise<AppliedWrite>): void {
    const { patientRedis, log } = this.#deps;
    this.#worker = new Worker(redisKeys.deferredWrites.name, (job) => this.#process(job, apply), {
      connection: patientRedis,
      prefix: redisKeys.deferredWrites.prefix,
      concurrency: AT_ONCE,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_STALLED_EVERY_MS,
      maxStalledCount: NO_LIMIT,
      drainDelay: 2,
      runRetryDelay: 1_000,
      settings: { backoffStrategy: (tries) => backOffMs(tries, Math.random(), TRIES) },
    });
    this.#worker.on('error', (error) => log.debug({ err: error }, 'worker of deferred writes'));
    void this.#look();
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#deps.log.warn({ event: 'writes-wait' }, 'the profile store is away: writes wait');
    // Those under way fail by themselves.
    void this.#quietly(this.#worker?.pause(true));
  }

  resume(): void {
    if (this.#isPaused) this.#deps.log.info({ event: 'writes-go-on' }, 'the profile store is back');
    this.#isPaused = false;
    void this.#quietly(this.#worker?.resume());
    void this.#quietly(this.#queue.promoteJobs());
  }

  /** What is under way may end; what then still is will be another node's. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const worker = this.#worker;
    if (worker !== undefined) {
      await within(this.#quietly(worker.pause()), CLOSE_WITHIN_MS);
      await this.#quietly(worker.close(true));
    }
    await this.#quietly(this.#queue.close());
  }

  async #process(
    job: Job<object>,
    apply: (write: DeferredWrite) => Promise<AppliedWrite>,
  ): Promise<void> {
    const { metrics, log } = this.#deps;
    const write = decodeDeferredWrite(job.data);
    if (write === null) {
      metrics.ended('failed');
      log.error({ jobId: job.id }, 'a write that waited is of another build, and kept apart');
      throw new UnrecoverableError('unreadable');
    }
    const end = await apply(write).catch((error: unknown) => {
      if (error instanceof GameError && !error.spec.retryable) return error;
      // It is tried again, as what was promised; but it is a bug.
      if (!(error instanceof GameError)) log.error({ err: error }, 'a write that waited broke');
      throw error;
    });
    const { playerId, operation } = write;
    if (!(end instanceof GameError)) {
      metrics.ended(end);
      if (end === 'gone') log.info({ playerId }, 'a write waited for a player who is gone');
      return;
    }
    metrics.ended('failed');
    log.error(
      { playerId, operationId: operation.operationId, code: end.code },
      'a write that waited was refused, and is kept apart',
    );
    throw new UnrecoverableError(end.code);
  }

  /** Never rejects. What cannot be seen stays as it was. */
  async #look(): Promise<void> {
    const { metrics, clock } = this.#deps;
    try {
      const { failed = 0, ...counts } = await this.#queue.getJobCounts(...WAITING, 'failed');
      this.#waiting = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const next =
        this.#waiting === 0 ? [] : await this.#queue.getJobs([...WAITING], 0, AT_ONCE, true);
      const oldestAtMs = Math.min(...next.map((job) => job?.timestamp ?? Number.POSITIVE_INFINITY));
      Object.assign(metrics, {
        failed,
        waiting: this.#waiting,
        oldestMs: Number.isFinite(oldestAtMs) ? Math.max(0, clock.wallMs() - oldestAtMs) : 0,
      });
    } catch {
      // Redis is away: its client says so in the log.
    }
  }

  /** @returns when it is over; that it fails is no news: Redis is away, and its client says so */
  async #quietly(work: Promise<unknown> | undefined): Promise<void> {
    await work?.catch((error: unknown) => this.#deps.log.debug({ err: error }, 'deferred writes'));
  }
}

/** BullMQ wants no colons; neither part has a slash, so two writes never have one name. */
function jobIdOf({ playerId, operation }: DeferredWrite): string {
  return `${playerId}/${operation.operationId.replaceAll(':', '/')}`;
}
