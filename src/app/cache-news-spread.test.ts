import { describe, expect, test } from 'vitest';
import type { LinkMessage, RegionLink } from '../regions/contract.ts';
import type { LinkHandler, OutgoingMessage } from '../regions/link/region-link.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { CacheNewsSpread } from './cache-news-spread.ts';

type News = { readonly changed: readonly (readonly [string, number])[] };
const clock = { wallMs: () => 1_000, monotonicMs: () => 1_000 };

/** A link to `us` that keeps what is sent, and holds it up when told to. */
class HandMadeLink implements RegionLink {
  readonly regionId = 'eu';
  readonly peers = ['us'];
  readonly sent: { readonly changed: News['changed']; readonly expiresAtMs: number | undefined }[] =
    [];
  handler: LinkHandler<News> | undefined;
  gate: Promise<void> | null = null;

  async send() {
    return { ok: true, id: 'none' } as const;
  }

  async broadcast<Body>({ body, expiresAtMs }: OutgoingMessage<Body>) {
    this.sent.push({ changed: (body as News).changed, expiresAtMs });
    await this.gate;
    return new Map();
  }

  onMessage<Body>(_from: string, _kind: unknown, handler: LinkHandler<Body>): void {
    this.handler = handler as unknown as LinkHandler<News>;
  }

  onGap(): void {}
  onPeerGap(): void {}
  status() {
    return undefined;
  }
}

function setUp() {
  const metrics = new NodeMetrics();
  const spread = new CacheNewsSpread({ metrics: metrics.caches }, { cache: 'profiles' });
  const heard: (readonly [string, number])[] = [];
  const cache = { heard: (key: string, revision: number) => void heard.push([key, revision]) };
  const dispose = () => {
    spread.stop();
    metrics.close();
  };
  return { spread, cache, heard, metrics, [Symbol.dispose]: dispose };
}

describe('CacheNewsSpread', () => {
  test('[CA-9] tells each key once in a batch, with its newest revision', async () => {
    using set = setUp();
    const { spread, cache } = set;
    spread.join(cache);
    const link = spread.over(new HandMadeLink(), clock);
    for (const revision of [4, 6, 5]) spread.announce('eu/p_ann', revision);
    spread.announce('eu/p_bob', 7);
    expect(link.sent).toEqual([]);
    await expect.poll(() => link.sent.length).toBe(1);
    expect(link.sent[0]).toEqual({
      changed: [
        ['eu/p_ann', 6],
        ['eu/p_bob', 7],
      ],
      expiresAtMs: 61_000,
    });
  });

  test('[CA-9] while a batch is on its way the next one grows, and none is larger than a link carries', async () => {
    using set = setUp();
    const { spread, cache } = set;
    spread.join(cache);
    const link = spread.over(new HandMadeLink(), clock);
    const gate = Promise.withResolvers<void>();
    link.gate = gate.promise;
    spread.announce('eu/p_ann', 1);
    await expect.poll(() => link.sent.length).toBe(1);
    for (let n = 0; n < 1_200; n += 1) spread.announce(`eu/p_${n}`, 2);
    gate.resolve();
    await expect.poll(() => link.sent.length).toBe(4);
    expect(link.sent.map(({ changed }) => changed.length)).toEqual([1, 500, 500, 200]);
  });

  test('[CA-9] what another region tells, the cache hears; it is told to nobody', async () => {
    using set = setUp();
    const { spread, cache, heard, metrics } = set;
    spread.join(cache);
    const link = spread.over(new HandMadeLink(), clock);
    const body: News = { changed: [['us/p_cid', 3]] };
    const message: LinkMessage<News> = { kind: 'profiles-changed', id: 'x', atMs: 1, body };
    await link.handler?.(message, { fromRegionId: 'us', mayBeRepeated: false });
    expect(heard).toEqual([['us/p_cid', 3]]);
    expect(await metrics.registry.metrics()).toContain(
      'meridian_cache_news_total{cache="profiles",direction="heard"} 1',
    );
    expect(link.sent).toEqual([]);
  });

  test('[CA-10] a region that is alone, or a process without a cache, has nothing to do with it', () => {
    using alone = setUp();
    alone.spread.join(alone.cache);
    expect(alone.spread.over(null, clock)).toBeNull();
    alone.spread.announce('eu/p_ann', 1);
    using bare = setUp();
    const link = bare.spread.over(new HandMadeLink(), clock);
    bare.spread.announce('eu/p_ann', 1);
    expect(link.handler).toBeUndefined();
    expect(link.sent).toEqual([]);
  });
});
