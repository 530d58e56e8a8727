import { type Clock, systemClock } from '../../shared/clock.ts';
import { connectRedis } from '../../storage/redis/redis-connection.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { outgoingTraceparent } from '../../transport/rpc/call-context.ts';
import { awaitReady } from './await-ready.ts';
import { InboxTail } from './inbox-tail.ts';
import { InboxWorker } from './inbox-worker.ts';
import { LinkBridge } from './link-bridge.ts';
import { LinkHandlers } from './link-handlers.ts';
import { encodeLinkMessage, type LinkDelivery, type LinkKind } from './link-message.ts';
import { type LinkMetrics, noLinkMetrics } from './link-metrics.ts';
import { DEFAULT_LINK_OPTIONS, type LinkEnds, type LinkOptions } from './link-options.ts';
import { LinkOutbox } from './link-outbox.ts';
import { LinkSnapshots } from './link-snapshots.ts';
import type { LinkStatus } from './link-status.ts';
import { LinkTurn } from './link-turn.ts';
import { LinkWatch } from './link-watch.ts';
import type {
  LinkGapHandler,
  LinkHandler,
  OutgoingMessage,
  RegionLink,
  SendOutcome,
} from './region-link.ts';
import { makeUlid } from './ulid.ts';

// The links of one node, one LinkToPeer per other region. Connections: one for short calls to this region's Redis, one that reads
// along per peer, and for each link that this node carries one more here and one there.

/** More than any read blocks, ms. */
const BLOCKING_CALL_MS = 3_000;
/** How long a start waits for this region's Redis. */
const FIRST_ANSWER_MS = 2_000;

export interface LinkPeer {
  readonly regionId: string;
  /** Of that region's Redis, as `redis.uri`; this region writes to it, keys `meridian:link:*` only. */
  readonly redisUri: string;
}

export interface RedisRegionLinkDeps {
  readonly regionId: string;
  /** Of this process; no two are alike. */
  readonly nodeId: string;
  /** Of this region's Redis. */
  readonly redisUri: string;
  readonly peers: readonly LinkPeer[];
  readonly log: Logger;
  readonly metrics?: LinkMetrics;
  readonly clock?: Clock;
  /** Whether this node may carry links: false where it does not know what a peer that missed news has to be told. True when absent. */
  readonly carries?: boolean;
  /** Whether this region sends nothing and answers nothing for the time being. Never when absent. */
  readonly isCutOff?: () => boolean;
  /** Whether it may take work: false where its kinds are handled by other processes. True when absent. */
  readonly takesWork?: boolean;
}

interface Shared extends Required<Omit<RedisRegionLinkDeps, 'peers'>> {
  readonly redis: RedisClient;
  readonly options: LinkOptions;
}

export class RedisRegionLink implements RegionLink {
  /** What is the case in other regions, and what others are told about this one. */
  readonly snapshots: LinkSnapshots;
  readonly #shared: Shared;
  readonly #links: ReadonlyMap<string, LinkToPeer>;

  /**
   * Opens a connection; does nothing before `start()`.
   *
   * @throws {RangeError} for an inbox that would be full of what it keeps
   */
  constructor(deps: RedisRegionLinkDeps, options: Partial<LinkOptions> = {}) {
    const { peers, ...self } = deps;
    const chosen = { ...DEFAULT_LINK_OPTIONS, ...options };
    if (chosen.inboxEntries <= chosen.keptEntries) {
      throw new RangeError('inboxEntries is not above keptEntries.');
    }
    this.#shared = {
      metrics: noLinkMetrics,
      clock: systemClock,
      carries: true,
      takesWork: true,
      isCutOff: () => false,
      ...self,
      redis: connectRedis(deps.redisUri, { name: 'link', log: deps.log }),
      options: chosen,
    };
    this.#links = new Map(peers.map((peer) => [peer.regionId, new LinkToPeer(peer, this.#shared)]));
    this.snapshots = new LinkSnapshots({
      redis: this.#shared.redis,
      heard: (regionId, name) => this.#links.get(regionId)?.watch.snapshot(name),
    });
  }

  get regionId(): string {
    return this.#shared.regionId;
  }

  get peers(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** When it resolves, what arrives is read; whether or not a Redis answers. */
  async start(): Promise<void> {
    await awaitReady(this.#shared.redis, FIRST_ANSWER_MS);
    await Promise.all([...this.#links.values()].map((link) => link.start()));
  }

  /** Resolves when the handlers that run are done, and nothing is open any more. */
  async stop(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.stop()));
    this.#shared.redis.disconnect();
  }

  async send<Body>(toRegionId: string, message: OutgoingMessage<Body>): Promise<SendOutcome> {
    const atMs = Math.trunc(this.#shared.clock.wallMs());
    const { kind, body, expiresAtMs, id = makeUlid(atMs) } = message;
    const link = this.#links.get(toRegionId);
    if (link === undefined) return { ok: false, id, reason: 'unknown-region' };
    // Undefined is nothing in JSON.
    const traceparent = outgoingTraceparent() || undefined;
    const envelope = { kind: kind.name, id, atMs, expiresAtMs, traceparent, body };
    const encoded = encodeLinkMessage(envelope);
    if (!encoded.ok) {
      this.#shared.metrics.sent(toRegionId, encoded.reason);
      return { ok: false, id, reason: encoded.reason };
    }
    const isRepeated = message.id !== undefined;
    const { text } = encoded;
    return await link.outbox.send({ id, expiresAtMs: expiresAtMs ?? 0, text, isRepeated });
  }

  async broadcast<Body>(message: OutgoingMessage<Body>): Promise<ReadonlyMap<string, SendOutcome>> {
    const outcomes = new Map<string, SendOutcome>();
    const id = message.id ?? makeUlid(this.#shared.clock.wallMs());
    const sending = this.peers.map(async (peerId) => {
      outcomes.set(peerId, await this.send(peerId, { ...message, id }));
    });
    await Promise.all(sending);
    return outcomes;
  }

  onMessage<Body>(fromRegionId: string, kind: LinkKind<Body>, handler: LinkHandler<Body>): void {
    this.#linkTo(fromRegionId).handlers.add(kind, handler);
  }

  onGap(fromRegionId: string, delivery: LinkDelivery, handler: LinkGapHandler): void {
    this.#linkTo(fromRegionId).handlers.addGap(delivery, handler);
  }

  onPeerGap(toRegionId: string, handler: LinkGapHandler): void {
    this.#linkTo(toRegionId).peerGapHandlers.push(handler);
  }

  status(regionId: string): LinkStatus | undefined {
    return this.#links.get(regionId)?.watch.status;
  }

  #linkTo(regionId: string): LinkToPeer {
    const link = this.#links.get(regionId);
    if (link === undefined) throw new TypeError(`${regionId} is no peer of ${this.regionId}.`);
    return link;
  }
}

/** Both directions between this region and one other, as far as this node has to do with them. */
class LinkToPeer {
  readonly outbox: LinkOutbox;
  readonly handlers: LinkHandlers;
  readonly watch: LinkWatch;
  readonly peerGapHandlers: LinkGapHandler[] = [];
  readonly #ends: LinkEnds;
  readonly #shared: Shared;
  readonly #bridgeTurn: LinkTurn;
  readonly #workTurn: LinkTurn;
  readonly #bridge: LinkBridge;
  readonly #worker: InboxWorker;
  readonly #tail: InboxTail;

  constructor({ regionId: peerId, redisUri }: LinkPeer, shared: Shared) {
    const { regionId, nodeId, options, log } = shared;
    const ends = { regionId, peerId, nodeId };
    this.#ends = ends;
    this.#shared = shared;
    this.outbox = new LinkOutbox(shared, peerId, options);
    this.handlers = new LinkHandlers(shared, peerId, options);
    this.watch = new LinkWatch(shared, peerId, options);
    const turn = { nodeId, ttlMs: options.turnTtlMs, renewMs: options.turnRenewMs };
    this.#bridgeTurn = new LinkTurn(shared, { key: redisKeys.linkBridge(peerId), ...turn });
    this.#workTurn = new LinkTurn(shared, { key: redisKeys.linkWorker(peerId), ...turn });
    const line = (name: string) =>
      connectRedis(shared.redisUri, { name, log, commandTimeoutMs: BLOCKING_CALL_MS });
    this.#bridge = new LinkBridge(
      {
        ...shared,
        openSource: () => line(`link-out-${peerId}`),
        openPeer: () =>
          connectRedis(redisUri, {
            name: `link-to-${peerId}`,
            log,
            commandTimeoutMs: options.remoteTimeoutMs,
          }),
        turn: whileOpen(this.#bridgeTurn, shared.isCutOff),
        onPeerGap: () => void this.#tellPeerGap(),
      },
      ends,
      options,
    );
    this.#worker = new InboxWorker(
      { ...shared, handlers: this.handlers, turn: this.#workTurn },
      ends,
      options,
    );
    this.#tail = new InboxTail(
      {
        ...shared,
        openLine: () => line(`link-in-${peerId}`),
        handlers: this.handlers,
        onEntries: () => this.#worker.wake(),
      },
      ends,
    );
  }

  async start(): Promise<void> {
    this.outbox.start();
    this.watch.start();
    const { carries, takesWork } = this.#shared;
    // Who never has the turn does nothing of it.
    if (carries) this.#bridgeTurn.start();
    if (takesWork) this.#workTurn.start();
    this.#bridge.start();
    await this.#tail.start();
    this.#worker.start();
  }

  /** The turns last: nobody takes over from who still works. */
  async stop(): Promise<void> {
    await Promise.all([
      this.outbox.stop(),
      this.watch.stop(),
      this.#bridge.stop(),
      this.#tail.stop(),
      this.#worker.stop(),
    ]);
    await Promise.all([this.#bridgeTurn.stop(), this.#workTurn.stop()]);
  }

  async #tellPeerGap(): Promise<void> {
    for (const handler of this.peerGapHandlers) {
      try {
        await handler(this.#ends.peerId);
      } catch (error) {
        this.#shared.log.error(
          { err: error, peer: this.#ends.peerId },
          'what follows a gap failed',
        );
      }
    }
  }
}

/** Nobody carries a link of a region that has cut itself off, whoever has the turn. */
function whileOpen(turn: LinkTurn, isCutOff: () => boolean): { readonly isHeld: boolean } {
  return {
    get isHeld() {
      return turn.isHeld && !isCutOff();
    },
  };
}
