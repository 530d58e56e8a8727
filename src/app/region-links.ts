import type { MeridianConfig } from '../config/config.ts';
import { RedisRegionLink } from '../regions/link/redis-region-link.ts';
import type { RegionLink } from '../regions/link/region-link.ts';
import { type RegionReport, RegionReportSchema } from '../regions/region-report.ts';
import { REPORT_EVERY_MS, type RegionsService } from '../regions/service.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';

/** A node that carries and dies is replaced within 2 s; with this the others have heard the region before it freezes its rooms. */
const HEARTBEAT_MS = 500;
const REPORT = { name: 'region-report', value: RegionReportSchema, everyMs: REPORT_EVERY_MS };

export interface RegionLinksDeps {
  readonly config: Pick<MeridianConfig, 'region' | 'redis'>;
  readonly nodeId: string;
  readonly regions: RegionsService;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/**
 * Links this region to the others, as far as it is told where they are: each hears every second how the others are, and thinks
 * one unreachable that says nothing.
 *
 * @returns null when it is told of none
 */
export async function linkRegions(
  { config, nodeId, regions, log, metrics }: RegionLinksDeps,
  closers: Closers,
): Promise<RegionLink | null> {
  const { id: regionId, links } = config.region;
  if (links.length === 0) return null;
  const link = new RedisRegionLink(
    {
      regionId,
      nodeId,
      redisUri: config.redis.uri,
      peers: links.map(({ id, redisUri }) => ({ regionId: id, redisUri })),
      log,
      metrics: metrics.links,
    },
    { heartbeatMs: HEARTBEAT_MS },
  );
  closers.push('region links', () => link.stop());
  await link.start();
  const exchange = () => {
    const own = regions.report(regionId);
    if (own !== null) void link.snapshots.publish<RegionReport>(REPORT, own);
    for (const peer of link.peers) {
      const heard = link.snapshots.latest<RegionReport>(peer, REPORT);
      // What a region may say is how it is itself.
      if (heard.state === 'fresh' && heard.value.regionId === peer) regions.learn(heard.value);
    }
  };
  exchange();
  const timer = setInterval(exchange, REPORT_EVERY_MS);
  closers.push('region reports to others', () => clearInterval(timer));
  return link;
}
