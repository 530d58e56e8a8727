import type { MeridianConfig } from '../config/config.ts';
import { runningIn } from '../config/placement.ts';
import type { RegionLink } from '../regions/contract.ts';
import { RedisRegionLink } from '../regions/link/redis-region-link.ts';
import { type RegionReport, RegionReportSchema } from '../regions/region-report.ts';
import { REPORT_EVERY_MS, type RegionsService } from '../regions/service.ts';
import type { Clock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';

/** A node that carries and dies is replaced within 2 s; with this the others have heard the region before it freezes its rooms. */
const HEARTBEAT_MS = 500;
const REPORT = { name: 'region-report', value: RegionReportSchema, everyMs: REPORT_EVERY_MS };

export interface RegionLinksDeps {
  readonly config: Pick<MeridianConfig, 'region' | 'redis' | 'rpc' | 'process'>;
  readonly nodeId: string;
  readonly regions: RegionsService;
  /** Whether this region has cut itself off. */
  readonly isCutOff: () => boolean;
  /** Of the region: what is sent over a link is not old because the clock of the node that carries it is wrong. */
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/**
 * Links this region to the others, as far as it is told where they are: each hears every second how the others are, and thinks
 * one unreachable that says nothing.
 *
 * @param bind - gets the link before it starts, to listen to it; null: this region is alone
 */
export async function linkRegions<Bound>(
  { config, nodeId, regions, isCutOff, clock, log, metrics }: RegionLinksDeps,
  bind: (link: RegionLink | null) => Promise<Bound>,
  closers: Closers,
): Promise<Bound> {
  const { id: regionId, links } = config.region;
  if (links.length === 0) return await bind(null);
  const link = new RedisRegionLink(
    {
      regionId,
      nodeId,
      redisUri: config.redis.uri,
      peers: links.map(({ id, redisUri }) => ({ regionId: id, redisUri })),
      isCutOff,
      clock,
      log,
      metrics: metrics.links,
      ...linkPart(config),
    },
    { heartbeatMs: HEARTBEAT_MS },
  );
  // First, so that it is closed after the link: messages are handled until then.
  const bound = await bind(link);
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
  return bound;
}

/**
 * What a process does for the links of its region. All work that comes over them is matchmaking's (tickets, ratings), and what a peer is told
 * after a gap are revocations, which nodes with players know: where they are apart, each takes its own.
 */
function linkPart(config: Pick<MeridianConfig, 'rpc' | 'process'>) {
  const running = runningIn(config);
  return { carries: running.has('game'), takesWork: running.has('matchmaking') };
}
