import type { Revocations } from '../auth/revocations.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { RegionLink } from '../regions/contract.ts';
import { RedisRegionLink } from '../regions/link/redis-region-link.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { CacheNewsSpread } from './cache-news-spread.ts';
import { spreadRevocations } from './revocation-spread.ts';

export interface ServiceLinkDeps {
  readonly config: Pick<MeridianConfig, 'region' | 'redis'>;
  readonly nodeId: string;
  /** Null: this process decides on nobody. */
  readonly revocations: Revocations | null;
  readonly cacheNews: CacheNewsSpread;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/**
 * Links services to the other regions, where no game runs: they tell what they have decided on players and changed of them, and hear what
 * others have. What is sent the nodes of the region carry.
 */
export async function linkServices(deps: ServiceLinkDeps, closers: Closers): Promise<void> {
  const { config, nodeId, log, metrics } = deps;
  const { id: regionId, links } = config.region;
  if (links.length === 0) return;
  const link = new RedisRegionLink({
    ...{ regionId, nodeId, log, metrics: metrics.links },
    redisUri: config.redis.uri,
    peers: links.map(({ id, redisUri }) => ({ regionId: id, redisUri })),
    // What others send for rooms and tickets it knows nothing of.
    carries: false,
    takesWork: false,
  });
  // It is no member of the region, whose clock it does not know.
  tellOver(link, { ...deps, clock: systemClock });
  closers.push('region links', () => link.stop());
  await link.start();
}

/**
 * The same over a link that is there already. To be called before it starts.
 *
 * @param link - null: this region is alone
 * @param deps.clock - the one that the link goes by
 */
export function tellOver(
  link: RegionLink | null,
  {
    revocations,
    cacheNews,
    clock,
    log,
  }: Pick<ServiceLinkDeps, 'revocations' | 'cacheNews' | 'log'> & { readonly clock: Clock },
): void {
  if (revocations !== null) spreadRevocations({ revocations, link, log });
  cacheNews.over(link, clock);
}
