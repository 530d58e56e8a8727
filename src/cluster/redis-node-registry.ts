import { type Clock, systemClock } from '../shared/clock.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { ClusterMetrics } from '../telemetry/cluster-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import { FailureDetector } from './failure-detector.ts';
import {
  askTimeoutMs,
  cutOffAfterMs,
  graceMs,
  type LeaseTimes,
  overdueAfterMs,
} from './lease/lease-rules.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeRegistry } from './node-lease.ts';
import { askPeer, type Peer, type PeerAnswer } from './peers/ask-peer.ts';
import { RegionReader } from './region-view.ts';
import { type BuildShares, NO_SHARES } from './release/build-shares.ts';
import type { ReleaseRecord } from './release/release-record.ts';
import { ReleaseStore } from './release/release-store.ts';

export interface RedisNodeRegistryDeps {
  readonly redis: RedisClient;
  /** This node's own lease: only who renews steadily may judge. */
  readonly lease: { steadyForMs(): number };
  /**
   * Declares a node dead where no more than `leftMs` of its lease is left: in one step sets the tombstone, orphans its rooms
   * and takes it from the set of nodes; also when the tombstone is there already.
   */
  readonly declareDead: (nodeId: string, leftMs: number) => Promise<'alive' | 'dead'>;
  readonly log: Logger;
  readonly metrics: ClusterMetrics;
  readonly clock?: Clock;
}

export interface RedisNodeRegistryOptions {
  readonly nodeId: string;
  readonly times: LeaseTimes;
  /** Of `peerKey()`. */
  readonly key: Uint8Array;
}

const LOOK_INTERVAL_MS = 120;
/** The same while a process is known to be gone whose renewal is not overdue yet. */
const HURRIED_LOOK_INTERVAL_MS = 20;
/** Between two tries to reach a node that has not answered on its peer port yet. */
const REACH_AGAIN_MS = 2_000;
/** All players of a lost node ask for it at once, and get one answer. */
const ASKED_FOR_MS = 50;

/** The nodes of the region, looked up in Redis several times a second, and the watcher that declares the dead ones dead. */
export class RedisNodeRegistry implements NodeRegistry {
  readonly #deps: RedisNodeRegistryDeps;
  readonly #options: RedisNodeRegistryOptions;
  readonly #clock: Clock;
  readonly #beganAtMs: number;
  readonly #region: RegionReader;
  readonly #releases: ReleaseStore;
  readonly #detector: FailureDetector;
  readonly #deadListeners: ((nodeId: string) => void)[] = [];
  /**
   * Nodes that have answered on their peer port, or when they were last tried. Behind a wrong address, or a proxy that refuses
   * for them, all nodes look gone: only of one that was reached it means something while its lease lives.
   */
  readonly #reached = new Map<string, 'reached' | number>();
  /** Whether a process was there a moment ago. */
  readonly #asked = new Map<string, Promise<boolean>>();
  /** Not in the set any more; whether they were released or declared dead is still to be asked. */
  readonly #vanished = new Set<string>();
  #isStopped = false;
  /** Looks more often until then. */
  #hurriesUntilMs = Number.NEGATIVE_INFINITY;
  /** Ends the pause between two looks. */
  #lookNow: () => void = () => {};
  #nodes: ReadonlyMap<string, NodeInfo> = new Map();
  #release: ReleaseRecord | null = null;
  #loop: Promise<void> | undefined;

  constructor(deps: RedisNodeRegistryDeps, options: RedisNodeRegistryOptions) {
    const { times } = options;
    this.#deps = deps;
    this.#options = options;
    this.#clock = deps.clock ?? systemClock;
    this.#beganAtMs = this.#clock.monotonicMs();
    this.#region = new RegionReader(deps.redis);
    this.#releases = new ReleaseStore(deps.redis);
    this.#detector = new FailureDetector({
      selfId: options.nodeId,
      ttlMs: times.ttlMs,
      cutOffMs: cutOffAfterMs(times),
      overdueMs: overdueAfterMs(times),
      graceMs: graceMs(times),
      outageMaxMs: times.outageMaxMs,
    });
  }

  /** Has looked once when it resolves, or found that Redis does not answer; then looks until `stop()`. */
  async start(): Promise<void> {
    await this.#look();
    this.#loop ??= this.#lookOn();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#lookNow();
    await this.#loop;
  }

  /** During an outage of Redis, who was here before it. */
  get nodes(): readonly NodeInfo[] {
    return [...this.#nodes.values()];
  }

  /** During an outage of Redis, what they were before it. */
  get shares(): BuildShares {
    return this.#release?.shares ?? NO_SHARES;
  }

  find(nodeId: string): NodeInfo | undefined {
    return this.#nodes.get(nodeId);
  }

  async isThere(nodeId: string): Promise<boolean> {
    const node = this.#nodes.get(nodeId);
    if (node === undefined || this.#reached.get(nodeId) !== 'reached') return true;
    const known = this.#asked.get(nodeId);
    if (known !== undefined) return await known;
    const isThere = this.#ask(node).then((answer) => {
      if (answer === 'gone') this.#hurry();
      return answer !== 'gone';
    });
    this.#asked.set(nodeId, isThere);
    setTimeout(() => this.#asked.delete(nodeId), ASKED_FOR_MS).unref();
    return await isThere;
  }

  get knowsRooms(): boolean {
    const ageMs = this.#clock.monotonicMs() - this.#beganAtMs;
    return this.#deps.lease.steadyForMs() >= Math.min(graceMs(this.#options.times), ageMs);
  }

  onDead(listener: (nodeId: string) => void): void {
    this.#deadListeners.push(listener);
  }

  async #lookOn(): Promise<void> {
    while (!this.#isStopped) {
      await this.#pause();
      if (!this.#isStopped) await this.#look();
    }
  }

  #pause(): Promise<void> {
    const isHurried = this.#clock.monotonicMs() < this.#hurriesUntilMs;
    return new Promise((resolve) => {
      const lengthMs = isHurried ? HURRIED_LOOK_INTERVAL_MS : LOOK_INTERVAL_MS;
      const timer = setTimeout(resolve, lengthMs).unref();
      this.#lookNow = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A process is gone, as its players have found out: it is declared dead as soon as its renewal is overdue. */
  #hurry(): void {
    this.#hurriesUntilMs = this.#clock.monotonicMs() + 2 * this.#options.times.renewMs;
    this.#lookNow();
  }

  /** One look and what follows from it. What fails is tried again at the next. */
  async #look(): Promise<void> {
    try {
      const [view] = await Promise.all([this.#region.read(), this.#readRelease()]);
      const vanished = this.#detector.observe(
        view,
        this.#clock.monotonicMs(),
        this.#deps.lease.steadyForMs(),
      );
      this.#nodes = new Map(this.#detector.nodes.map((info) => [info.nodeId, info]));
      this.#reachNew();
      for (const nodeId of vanished) this.#vanished.add(nodeId);
      await this.#explainVanished();
      await this.#judge();
    } catch (error) {
      // An outage has its line in the log of the connection.
      this.#deps.log.debug({ err: error }, 'a look at the region failed');
    }
  }

  async #readRelease(): Promise<void> {
    const read = await this.#releases.read();
    // What cannot be read is no reason to give rooms to a build that was taken back.
    if (read === 'unreadable') return;
    if (read !== 'none') this.#release = read;
    // Redis has lost it: a build that was taken back must not get rooms again for that.
    else if (this.#release !== null) await this.#releases.restore(this.#release);
  }

  #reachNew(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const nodeId of this.#reached.keys()) {
      if (!this.#nodes.has(nodeId)) this.#reached.delete(nodeId);
    }
    for (const node of this.#nodes.values()) {
      const reached = this.#reached.get(node.nodeId) ?? Number.NEGATIVE_INFINITY;
      if (reached === 'reached' || nowMs - reached < REACH_AGAIN_MS) continue;
      if (node.nodeId === this.#options.nodeId) continue;
      this.#reached.set(node.nodeId, nowMs);
      void this.#ask(node).then((answer) => {
        if (answer === 'alive') this.#reached.set(node.nodeId, 'reached');
      });
    }
  }

  async #explainVanished(): Promise<void> {
    for (const nodeId of this.#vanished) {
      const isDead = (await this.#deps.redis.exists(redisKeys.dead(nodeId))) === 1;
      this.#vanished.delete(nodeId);
      if (isDead) this.#tellDead(nodeId);
    }
  }

  async #judge(): Promise<void> {
    const { suspects } = this.#detector;
    const overdue = this.#detector.overdue.filter((id) => this.#reached.get(id) === 'reached');
    if (suspects.length + overdue.length === 0) return;
    const { times } = this.#options;
    const gone = await this.#findGone([...suspects, ...overdue]);
    for (const nodeId of this.#detector.verdict(this.#clock.monotonicMs(), gone)) {
      // Asking takes its time; an outage may have begun.
      if (this.#deps.lease.steadyForMs() < graceMs(times)) return;
      // Who has renewed since is not gone.
      const leftMs = gone.has(nodeId) ? times.ttlMs - overdueAfterMs(times) : 0;
      if ((await this.#deps.declareDead(nodeId, leftMs)) === 'alive') continue;
      this.#detector.declared(nodeId, gone.has(nodeId));
      this.#deps.metrics.deathDeclared();
      this.#tellDead(nodeId);
    }
  }

  /** Those that have a tombstone, and those whose peer port is nobody's or another's. */
  async #findGone(nodeIds: readonly string[]): Promise<ReadonlySet<string>> {
    const values = await this.#deps.redis.mget(
      nodeIds.flatMap((nodeId) => [redisKeys.dead(nodeId), redisKeys.peer(nodeId)]),
    );
    const isGone = await Promise.all(
      nodeIds.map(async (nodeId, at) => {
        const [tombstone, peerAddress] = values.slice(2 * at, 2 * at + 2);
        if (tombstone) return true;
        return peerAddress ? (await this.#ask({ nodeId, peerAddress })) === 'gone' : false;
      }),
    );
    return new Set(nodeIds.filter((_, at) => isGone[at]));
  }

  async #ask(peer: Peer): Promise<PeerAnswer['kind']> {
    const { key, times } = this.#options;
    return (await askPeer(peer, { key, timeoutMs: askTimeoutMs(times) })).kind;
  }

  #tellDead(nodeId: string): void {
    this.#deps.log.warn({ event: 'node-dead', dead: nodeId }, 'a node is dead');
    for (const listener of this.#deadListeners) {
      try {
        listener(nodeId);
      } catch (error) {
        this.#deps.log.error({ err: error, dead: nodeId }, 'what follows a death failed');
      }
    }
  }
}
