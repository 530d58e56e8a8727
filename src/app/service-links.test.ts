import { expect, test } from 'vitest';
import type { OutgoingMessage } from '../regions/link/region-link.ts';
import { createLogger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { CacheNewsSpread } from './cache-news-spread.ts';
import { tellOver } from './service-links.ts';

test('[TK-44] what a service tells goes by the clock of its region', async () => {
  const metrics = new NodeMetrics();
  const cacheNews = new CacheNewsSpread({ metrics: metrics.caches }, { cache: 'profiles' });
  cacheNews.join({ heard: () => {} });
  const endsAtMs: (number | undefined)[] = [];
  const link = {
    regionId: 'eu',
    peers: ['us'],
    send: async () => ({ ok: true, id: 'none' }) as const,
    broadcast: async <Body>({ expiresAtMs }: OutgoingMessage<Body>) => {
      endsAtMs.push(expiresAtMs);
      return new Map();
    },
    onMessage: () => {},
    onGap: () => {},
    onPeerGap: () => {},
    status: () => undefined,
  };
  const clock = { wallMs: () => 1_000, monotonicMs: () => 1_000 };
  tellOver(link, { revocations: null, cacheNews, clock, log: createLogger({ level: 'silent' }) });
  cacheNews.announce('eu/p_ann', 4);
  await expect.poll(() => endsAtMs).toEqual([61_000]);
  cacheNews.stop();
  metrics.close();
});
