// The thread that proves the node's life: a loop that is busy with rooms is late, this one is not. It has a Redis connection
// of its own, answers the peers, and watches the main thread:
//
//   main does not beat for hangMs ──▶ nothing is held, a line on stderr, the lease is given up in Redis ──▶ SIGKILL
//
// SIGKILL, because nothing of a process whose main thread is blocked can be ended in order, and what it would still do when
// it wakes is what must not happen.

import { writeSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { hostPort } from '../../shared/host-port.ts';
import { processClock } from '../../shared/process-clock.ts';
import { connectRedis } from '../../storage/redis/redis-connection.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { NodeInfo } from '../node-info.ts';
import { askPeer, type Peer } from '../peers/ask-peer.ts';
import { PeerServer } from '../peers/peer-server.ts';
import { RegionReader } from '../region-view.ts';
import { HangWatch } from './hang-watch.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { LeaseMemory } from './lease-memory.ts';
import type { LeaseReport, LeaseRequest, LeaseWorkerOptions } from './lease-protocol.ts';
import { askTimeoutMs, graceMs } from './lease-rules.ts';
import { RedisLease } from './redis-lease.ts';

/** Looks of the watch within `hangMs`. */
const NAP_SHARE = 1 / 3;
/** How long the last words to Redis may take. */
const LAST_WORDS_MS = 300;
/** Renewals between two looks at who the peers are. */
const RENEWALS_PER_LOOK = 5;
/** pino's number for `fatal`. */
const FATAL_LEVEL = 60;
const STDERR = 2;

class LeaseWorker {
  readonly #port: MessagePort;
  readonly #options: LeaseWorkerOptions;
  readonly #memory: LeaseMemory;
  readonly #redis: RedisClient;
  readonly #lease: RedisLease;
  readonly #region: RegionReader;
  readonly #keeper: LeaseKeeper;
  readonly #watch: HangWatch;
  #info: NodeInfo | null = null;
  readonly #peers = new Map<string, Peer & { readonly seenAtMs: number }>();
  #server: PeerServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turns = 0;
  #hasEnded = false;

  constructor(port: MessagePort, options: LeaseWorkerOptions) {
    const { nodeId, redisUri, times, hangMs, peer } = options;
    this.#port = port;
    this.#options = options;
    this.#memory = new LeaseMemory(options.memory);
    this.#redis = connectRedis(redisUri, {
      name: 'lease',
      log: {
        info: (fields, text) => this.#log('info', fields, text),
        warn: (fields, text) => this.#log('warn', fields, text),
      },
      commandTimeoutMs: times.ttlMs,
    });
    this.#lease = new RedisLease(this.#redis, nodeId, times);
    this.#region = new RegionReader(this.#redis);
    const asking = { key: peer.key, timeoutMs: askTimeoutMs(times) };
    this.#keeper = new LeaseKeeper(
      {
        clock: processClock,
        memory: this.#memory,
        renew: () => this.#lease.renew(this.#info as NodeInfo),
        peers: () => [...this.#peers.values()],
        askPeer: (other) => askPeer(other, asking),
        onEvent: (event) => this.#tell(event),
      },
      times,
    );
    this.#watch = new HangWatch({ hangMs, napMs: hangMs * NAP_SHARE }, processClock.monotonicMs());
    port.on('message', (request: LeaseRequest) => this.#onRequest(request));
  }

  async start(): Promise<void> {
    const { nodeId, peer, times } = this.#options;
    const connected = new Promise((resolve) => this.#redis.once('ready', resolve));
    this.#server = await PeerServer.listen(peer, {
      key: peer.key,
      // Infinity is no JSON; before the first renewal nobody knows this node anyway.
      report: () => ({ nodeId, sinceRenewedMs: Math.min(1e12, this.#keeper.sinceRenewedMs()) }),
    });
    await connected;
    this.#timer = setInterval(() => this.#turn(), times.renewMs / 2);
    const peerAddress = hostPort(peer.advertisedHost, this.#server.port);
    this.#tell({ kind: 'listening', peerAddress });
  }

  /** Twice per renewal interval. */
  #turn(): void {
    if (this.#watch.look(processClock.monotonicMs(), this.#memory.readMs('beat'))) {
      this.#endHung();
      return;
    }
    if (this.#info === null) return;
    // None of these throws, and none waits for another: a slow answer must not hold up the next question.
    void this.#keeper.vote();
    if (this.#turns % 2 === 0) void this.#keeper.renew();
    if (this.#turns % (2 * RENEWALS_PER_LOOK) === 1) void this.#lookForPeers();
    this.#turns += 1;
  }

  async #lookForPeers(): Promise<void> {
    try {
      const view = await this.#region.read();
      const nowMs = processClock.monotonicMs();
      for (const [nodeId, seen] of view) {
        if (seen === null || nodeId === this.#options.nodeId) continue;
        const { peerAddress } = seen.info;
        this.#peers.set(nodeId, { nodeId, peerAddress, seenAtMs: nowMs });
      }
      // Not at once: after an outage nodes come back one after the other, and whoever looks first must not think itself alone.
      for (const [nodeId, { seenAtMs }] of this.#peers) {
        if (nowMs - seenAtMs > graceMs(this.#options.times)) this.#peers.delete(nodeId);
      }
    } catch {
      // Redis is away: who was here last is whom the vote is about.
    }
  }

  #onRequest(request: LeaseRequest): void {
    if (request.kind === 'publish') {
      const isFirst = this.#info === null;
      this.#info = request.info;
      if (isFirst) void this.#keeper.renew();
      // The first one only takes the lease.
      else this.#watch.serves();
    } else void this.#release();
  }

  async #release(): Promise<void> {
    const rooms = await this.#giveUp();
    this.#tell({ kind: 'released', rooms });
    this.#redis.disconnect();
    this.#server?.close();
    this.#port.close();
  }

  #endHung(): void {
    if (this.#hasEnded) return;
    // First of all, should the main thread wake up right now.
    this.#keeper.end();
    const line = {
      level: FATAL_LEVEL,
      time: new Date().toISOString(),
      node: this.#options.nodeId,
      silentMs: Math.round(processClock.monotonicMs() - this.#memory.readMs('beat')),
      msg: 'the event loop is blocked; the node ends itself so that others take its rooms (MERIDIAN_CLUSTER_HANG_MS)',
    };
    writeSync(STDERR, `${JSON.stringify(line)}\n`);
    void this.#giveUp().then(() => process.kill(process.pid, 'SIGKILL'));
  }

  /** No renewal leaves after this. @returns rooms that were left, null when Redis did not answer */
  async #giveUp(): Promise<number | null> {
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#keeper.end();
    const timeUp = Promise.withResolvers<null>();
    setTimeout(() => timeUp.resolve(null), LAST_WORDS_MS).unref();
    // On one connection it comes after every renewal under way. Without an answer the lease runs out by itself.
    return await Promise.race([this.#lease.release().catch(() => null), timeUp.promise]);
  }

  #log(level: 'info' | 'warn', fields: object, text: string): void {
    this.#tell({ kind: 'log', level, fields: { ...fields }, text });
  }

  #tell(report: LeaseReport): void {
    this.#port.postMessage(report);
  }
}

if (!parentPort)
  throw new Error('lease-worker.ts runs as a worker thread; open WorkerNodeLease instead.');
await new LeaseWorker(parentPort, workerData as LeaseWorkerOptions).start();
