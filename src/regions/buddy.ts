import type { GeoPosition } from '../protocol/regions.ts';
import type { RegionCatalogue, RegionInfo } from './region-catalogue.ts';

/** With fewer there is no majority among the others, and nobody may say that a region is down. */
const FEWEST_REGIONS = 3;

/**
 * The region that takes the durable rooms of `regionId` when it is down: the nearest other one, so that its players have the shortest
 * way. The same on every node of every region.
 *
 * @returns null when there are fewer than three regions, or it is none of them
 */
export function buddyOf({ regions }: RegionCatalogue, regionId: string): RegionInfo | null {
  const own = regions.find((region) => region.regionId === regionId);
  if (own === undefined || regions.length < FEWEST_REGIONS) return null;
  const others = regions.filter((region) => region !== own);
  return others.toSorted((a, b) => distance(own, a) - distance(own, b) || byId(a, b))[0] ?? null;
}

/** Great circle, in radii of the earth (haversine formula); one without a position is as far away as can be. */
function distance({ position: from }: RegionInfo, { position: to }: RegionInfo): number {
  if (from === null || to === null) return Math.PI;
  const latitude = radians(to.latitude - from.latitude);
  const longitude = radians(to.longitude - from.longitude);
  const share =
    Math.sin(latitude / 2) ** 2 + cosine(from) * cosine(to) * Math.sin(longitude / 2) ** 2;
  return 2 * Math.asin(Math.min(1, Math.sqrt(share)));
}

function cosine({ latitude }: GeoPosition): number {
  return Math.cos(radians(latitude));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** Not by locale: all nodes agree. */
function byId(a: RegionInfo, b: RegionInfo): number {
  return a.regionId < b.regionId ? -1 : 1;
}
