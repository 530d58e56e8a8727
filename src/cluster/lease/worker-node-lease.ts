import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { advertisedHost } from '../../config/placement.ts';
import type { ClusterConfig } from '../../config/play-config.ts';
import { processClock } from '../../shared/process-clock.ts';
import type { ClusterMetrics } from '../../telemetry/cluster-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { NodeInfo } from '../node-info.ts';
import type { LeasePhase, NodeLease } from '../node-lease.ts';
import { LeaseMemory } from './lease-memory.ts';
import type { LeaseReport, LeaseRequest, LeaseWorkerOptions } from './lease-protocol.ts';
import { cutOffAfterMs, type LeaseTimes, leaseTimesOf } from './lease-rules.ts';

export interface WorkerNodeLeaseDeps {
  readonly config: ClusterConfig;
  /** A valid `redis.uri`. */
  readonly redisUri: string;
  /** Of `peerKey()`; the same on all nodes of the region. */
  readonly key: Uint8Array;
  readonly nodeId: string;
  /** What the node says of itself first, given the `host:port` where its peers reach it. */
  readonly describe: (peerAddress: string) => NodeInfo;
  readonly log: Logger;
  readonly metrics: ClusterMetrics;
}

/** How often the main thread shows that it turns, and looks whether the phase has changed. */
const BEAT_MS = 50;
/** How long a start waits for the first renewal, and an end for the last. */
const START_TIMEOUT_MS = 10_000;
const RELEASE_TIMEOUT_MS = 2_000;

/** Worker file beside this one: `.ts` from the sources, `.js` from dist. A literal would not be rewritten by tsc. */
const WORKER_URL = new URL(`./lease-worker${extname(import.meta.url)}`, import.meta.url);

/** The lease of a node among others, kept by a thread of its own (lease-worker.ts). */
export class WorkerNodeLease implements NodeLease {
  readonly #nodeId: string;
  readonly #times: LeaseTimes;
  readonly #log: Logger;
  readonly #metrics: ClusterMetrics;
  readonly #memory = new LeaseMemory();
  readonly #worker: Worker;
  readonly #beat: NodeJS.Timeout;
  readonly #phaseListeners: ((phase: LeasePhase) => void)[] = [];
  readonly #redisBackListeners: (() => void)[] = [];
  readonly #held = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<number | null>();
  readonly #describe: (peerAddress: string) => NodeInfo;
  /** The last one listeners heard of. */
  #toldPhase: LeasePhase = 'lapsed';
  /** Monotonic, ms. */
  #toldLapseAtMs = 0;
  #isReleasing = false;

  /**
   * Takes the lease.
   *
   * @throws {Error} when the peer port is taken, Redis does not answer within 10 s, or this id has been declared dead
   */
  static async open(deps: WorkerNodeLeaseDeps): Promise<WorkerNodeLease> {
    const lease = new WorkerNodeLease(deps);
    const timer = setTimeout(() => {
      lease.#held.reject(new Error('No lease: Redis did not answer in time.'));
    }, START_TIMEOUT_MS);
    try {
      await lease.#held.promise;
      return lease;
    } catch (error) {
      await lease.#close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor({
    config,
    redisUri,
    key,
    nodeId,
    describe,
    log,
    metrics,
  }: WorkerNodeLeaseDeps) {
    this.#nodeId = nodeId;
    this.#times = leaseTimesOf(config);
    this.#log = log;
    this.#metrics = metrics;
    this.#describe = describe;
    this.#memory.writeMs('beat', processClock.monotonicMs());
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS).unref();
    const workerData: LeaseWorkerOptions = {
      nodeId,
      redisUri,
      times: this.#times,
      hangMs: config.hangMs,
      peer: {
        address: config.peerBindAddress,
        port: config.peerPort,
        advertisedHost: advertisedHost(config) ?? config.peerBindAddress,
        key,
      },
      memory: this.#memory.buffer,
    };
    this.#worker = new Worker(WORKER_URL, { workerData, name: 'meridian-lease' });
    this.#worker.on('message', (report: LeaseReport) => this.#onReport(report));
    let cause: unknown;
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.on('exit', () => this.#onExit(cause));
  }

  isHeld(): boolean {
    return this.#memory.isHeld(processClock.monotonicMs());
  }

  get phase(): LeasePhase {
    if (this.#memory.isDead) return 'dead';
    return this.isHeld() ? 'held' : 'lapsed';
  }

  /** How long Redis has confirmed renewals without failure, ms; 0 during an outage. A watcher's right to judge. */
  steadyForMs(): number {
    return this.#memory.steadyForMs(processClock.monotonicMs(), cutOffAfterMs(this.#times));
  }

  onPhase(listener: (phase: LeasePhase) => void): void {
    this.#phaseListeners.push(listener);
  }

  onRedisBack(listener: () => void): void {
    this.#redisBackListeners.push(listener);
  }

  publish(info: NodeInfo): void {
    if (!this.#isReleasing) this.#send({ kind: 'publish', info });
  }

  clusterNowMs(): number {
    return processClock.monotonicMs() + this.#memory.readMs('clockOffset');
  }

  async release(): Promise<void> {
    if (this.#isReleasing) {
      await this.#released.promise;
      return;
    }
    this.#isReleasing = true;
    this.#send({ kind: 'release' });
    const timer = setTimeout(() => this.#released.resolve(null), RELEASE_TIMEOUT_MS);
    const rooms = await this.#released.promise;
    clearTimeout(timer);
    if (rooms === null)
      this.#log.warn('Redis did not hear that this node ends; its lease runs out');
    else if (rooms > 0) this.#log.warn({ rooms }, 'rooms are left for other nodes');
    await this.#close();
  }

  #onBeat(): void {
    this.#memory.writeMs('beat', processClock.monotonicMs());
    this.#tellPhase();
  }

  #tellPhase(phase = this.phase): void {
    if (phase === this.#toldPhase || this.#isReleasing) return;
    this.#toldPhase = phase;
    if (phase === 'lapsed') {
      this.#toldLapseAtMs = processClock.monotonicMs();
      this.#metrics.leaseLapsed();
      this.#log.warn({ event: 'lease-lapsed' }, 'the lease ran out: rooms are frozen');
    } else if (phase === 'held') this.#log.info({ event: 'lease-held' }, 'the lease is held');
    else this.#log.error({ event: 'lease-dead' }, 'this node was declared dead');
    for (const listener of this.#phaseListeners) listener(phase);
  }

  #onReport(report: LeaseReport): void {
    switch (report.kind) {
      case 'listening':
        this.#send({ kind: 'publish', info: this.#describe(report.peerAddress) });
        break;
      case 'renewed':
        this.#tellPhase();
        this.#held.resolve();
        break;
      case 'renewal-failed':
        this.#metrics.leaseRenewalFailed();
        break;
      case 'had-lapsed':
        // A beat may have told it, and even that it is over.
        if (this.#toldLapseAtMs < report.sinceMs) this.#tellPhase('lapsed');
        break;
      case 'redis-back':
        // First that the rooms may run again, then that they are to be asserted.
        this.#tellPhase();
        this.#log.info({ event: 'redis-back' }, 'Redis confirms the lease again');
        for (const listener of this.#redisBackListeners) listener();
        break;
      case 'voted':
        this.#metrics.leaseVoted(report.isHeld ? 'held' : 'refused');
        break;
      case 'dead':
        this.#tellPhase();
        this.#held.reject(new Error(`Node ${this.#nodeId} was declared dead; start a new one.`));
        break;
      case 'log':
        this.#log[report.level](report.fields, report.text);
        break;
      case 'released':
        this.#released.resolve(report.rooms);
        break;
    }
  }

  /** Without its thread a node cannot prove that it lives: it ends as if it had been told so. */
  #onExit(cause: unknown): void {
    this.#held.reject(new Error('The lease could not be taken.', { cause }));
    this.#released.resolve(null);
    if (this.#isReleasing) return;
    this.#log.error({ err: cause }, 'the thread of the lease ended');
    this.#memory.markDead();
    this.#tellPhase();
  }

  async #close(): Promise<void> {
    this.#isReleasing = true;
    clearInterval(this.#beat);
    this.#memory.markDead();
    await this.#worker.terminate();
  }

  #send(request: LeaseRequest): void {
    this.#worker.postMessage(request);
  }
}
