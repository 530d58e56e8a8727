import { pickRegions, readRegionRtt } from '../wan/region-rtt.ts';
import type { PathProfile } from '../wan/tcp-delay.ts';

/** One of the five regions of a local world, and the place whose measured round trips it gets. */
export interface WorldPlace {
  readonly id: string;
  readonly name: string;
  /** In the latency matrix (loadtest/wan). */
  readonly dataCentre: string;
  /** For the map, degrees. */
  readonly position: { readonly latitude: number; readonly longitude: number };
}

export const WORLD_PLACES: readonly WorldPlace[] = [
  {
    id: 'us-east',
    name: 'US East (Virginia)',
    dataCentre: 'us-east-1',
    position: { latitude: 38.9, longitude: -77.4 },
  },
  {
    id: 'us-west',
    name: 'US West (Oregon)',
    dataCentre: 'us-west-2',
    position: { latitude: 45.8, longitude: -119.7 },
  },
  {
    id: 'europe',
    name: 'Europe (Frankfurt)',
    dataCentre: 'eu-central-1',
    position: { latitude: 50.1, longitude: 8.7 },
  },
  {
    id: 'asia',
    name: 'Asia (Singapore)',
    dataCentre: 'ap-southeast-1',
    position: { latitude: 1.3, longitude: 103.8 },
  },
  {
    id: 'australia',
    name: 'Australia (Sydney)',
    dataCentre: 'ap-southeast-2',
    position: { latitude: -33.9, longitude: 151.2 },
  },
];

/** Round trip from a home to the nearest data centre, ms: cable (FCC, Measuring Broadband America, 13th report: 12 to 24). */
const LAST_MILE_RTT_MS = 18;
/** Standard deviation of a delay, one way: of the last mile, and per ms of the way. */
const JITTER_MS = 1.5;
const JITTER_SHARE = 0.03;
const LINK_JITTER_SHARE = 0.005;
/** Share of segments that are lost on the median home connection. */
const LOSS_RATIO = 0.0005;

const RTT = pickRegions(
  readRegionRtt('aws'),
  WORLD_PLACES.map(({ dataCentre }) => dataCentre),
);

/** Round trip of a player at home in one place to a region, ms. @throws RangeError for a place that is none of the five */
export function rttMsBetween(home: string, regionId: string): number {
  return LAST_MILE_RTT_MS + linkRttMsBetween(home, regionId);
}

/** Round trip from one region to another, ms. @throws RangeError for a place that is none of the five */
export function linkRttMsBetween(fromRegionId: string, toRegionId: string): number {
  const [from, to] = [fromRegionId, toRegionId].map((id) =>
    WORLD_PLACES.findIndex((place) => place.id === id),
  );
  const ms = RTT.rttMs[from ?? -1]?.[to ?? -1];
  if (ms !== undefined) return ms;
  throw new RangeError(`No round trip is known from ${fromRegionId} to ${toRegionId}.`);
}

/**
 * The way of a player at home in one place to a region.
 *
 * @param lossRatio - share of segments that his line loses; that of the median home unless said otherwise
 */
export function pathBetween(
  home: string,
  regionId: string,
  lossRatio: number = LOSS_RATIO,
): PathProfile {
  const delayMs = rttMsBetween(home, regionId) / 2;
  return { delayMs, jitterMs: JITTER_MS + delayMs * JITTER_SHARE, lossRatio };
}

/** The way between two regions: the data centres' own lines, which lose next to nothing. */
export function linkPathBetween(fromRegionId: string, toRegionId: string): PathProfile {
  const delayMs = linkRttMsBetween(fromRegionId, toRegionId) / 2;
  return { delayMs, jitterMs: delayMs * LINK_JITTER_SHARE, lossRatio: 0 };
}
