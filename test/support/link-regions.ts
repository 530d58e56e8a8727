import { pino } from 'pino';
import type { LinkDrop, LinkMetrics } from '../../src/regions/link/link-metrics.ts';
import type { LinkOptions } from '../../src/regions/link/link-options.ts';
import { DEFAULT_LINK_OPTIONS } from '../../src/regions/link/link-options.ts';
import { LinkOutbox } from '../../src/regions/link/link-outbox.ts';
import { RedisRegionLink } from '../../src/regions/link/redis-region-link.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { NUMBERED } from './link-node-process.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { RedisServer } from './redis-server.ts';

/** What a node counted of its links. */
export class CountedLink implements LinkMetrics {
  readonly drops = new Map<LinkDrop, number>();
  readonly gaps = { in: 0, out: 0 };
  readonly delaysMs: number[] = [];
  added = 0;
  repeated = 0;

  sent(): void {}
  carried(_to: string, added: number, repeated: number): void {
    this.added += added;
    this.repeated += repeated;
  }
  handled(_from: string, _kind: string, delayMs: number): void {
    this.delaysMs.push(delayMs);
  }
  dropped(_region: string, reason: LinkDrop, count: number): void {
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + count);
  }
  gap(_region: string, direction: 'in' | 'out'): void {
    this.gaps[direction]++;
  }
}

/** A node of a region with its links, and what it was told. */
export interface LinkedNode extends AsyncDisposable {
  readonly link: RedisRegionLink;
  readonly metrics: CountedLink;
  /** Lines of its log that are warnings or worse. */
  readonly warnings: string[];
  /** `n` of each NUMBERED it handled. */
  readonly numbers: number[];
  /** Those that it may have handled, or another node, before. */
  readonly repeats: number[];
  /** When it handled the last one, by `performance.now()`. */
  readonly last: { atMs: number };
  /** Gaps its work, and its news, were told. */
  readonly gaps: { work: number; news: number; peer: number };
}

/** Regions `a` and `b`, each with a Redis of its own, linked to each other. */
export class LinkRegions implements AsyncDisposable {
  readonly servers: { readonly a: RedisServer; readonly b: RedisServer };

  readonly #isCluster: boolean;

  private constructor(a: RedisServer, b: RedisServer, isCluster: boolean) {
    this.servers = { a, b };
    this.#isCluster = isCluster;
  }

  static async start(): Promise<LinkRegions> {
    const [a, b] = await Promise.all([RedisServer.start(), RedisServer.start()]);
    return new LinkRegions(a, b, false);
  }

  /** Each Redis is a Cluster of one: slots and the client for them are the real thing. */
  static async startClusters(): Promise<LinkRegions> {
    const [a, b] = await Promise.all([startRedisCluster(), startRedisCluster()]);
    return new LinkRegions(a, b, true);
  }

  uri(regionId: 'a' | 'b'): string {
    const { uri } = this.servers[regionId];
    return this.#isCluster ? uri.replace('redis:', 'redis+cluster:') : uri;
  }

  /** Where a node of that region stands. */
  ends(regionId: 'a' | 'b', nodeId: string) {
    const peerId = regionId === 'a' ? 'b' : 'a';
    return {
      regionId,
      nodeId,
      redisUri: this.uri(regionId),
      peers: [{ regionId: peerId, redisUri: this.uri(peerId) }],
    };
  }

  /** A node in this process, started. `prepare` may add handlers. */
  async node(
    regionId: 'a' | 'b',
    nodeId: string,
    options: Partial<LinkOptions> = {},
    prepare: (link: RedisRegionLink) => void = () => {},
  ): Promise<LinkedNode> {
    const metrics = new CountedLink();
    const warnings: string[] = [];
    const sink = { write: (line: string) => warnings.push((JSON.parse(line) as Line).msg) };
    const log = pino({ level: 'warn' }, sink);
    const ends = this.ends(regionId, nodeId);
    const link = new RedisRegionLink({ ...ends, log, metrics }, options);
    const [peerId] = link.peers as [string];
    const numbers: number[] = [];
    const gaps = { work: 0, news: 0, peer: 0 };
    const last = { atMs: 0 };
    const repeats: number[] = [];
    link.onMessage(peerId, NUMBERED, ({ body }, { mayBeRepeated }) => {
      numbers.push(body.n);
      if (mayBeRepeated) repeats.push(body.n);
      last.atMs = performance.now();
    });
    link.onGap(peerId, 'work', () => void gaps.work++);
    link.onGap(peerId, 'news', () => void gaps.news++);
    link.onPeerGap(peerId, () => void gaps.peer++);
    prepare(link);
    await link.start();
    return {
      ...{ link, metrics, warnings, numbers, repeats, last, gaps },
      [Symbol.asyncDispose]: () => link.stop(),
    };
  }

  /** Sends from a region without being a node that carries; `n` from `from` to below `to`. */
  async sender(regionId: 'a' | 'b', options: Partial<LinkOptions> = {}) {
    const redis = this.servers[regionId].client();
    const outbox = new LinkOutbox(
      { redis, clock: systemClock, metrics: new CountedLink() },
      regionId === 'a' ? 'b' : 'a',
      { ...DEFAULT_LINK_OPTIONS, ...options },
    );
    outbox.start();
    return {
      ...{ redis, outbox },
      [Symbol.asyncDispose]: async () => {
        await outbox.stop();
        redis.disconnect();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.servers).map((server) => server[Symbol.asyncDispose]()));
  }
}

interface Line {
  readonly msg: string;
}

/** From `from` to below `to`. */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
