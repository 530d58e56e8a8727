import type { RegionConfig } from '../config/play-config.ts';
import { type GeoPosition, PROBE_PATH } from '../protocol/regions.ts';

/** What is known of a region without asking it. */
export interface RegionInfo {
  readonly regionId: string;
  /** For people. */
  readonly name: string;
  /** `http(s)://` address without a slash at the end; null: the address the client used. */
  readonly url: string | null;
  /** `ws(s)://` address of its probe; null with `url`. */
  readonly probeUrl: string | null;
  /** Null when the configuration does not tell. */
  readonly position: GeoPosition | null;
  /** How much dearer its servers are than the cheapest region's, in steps of the operator's choice. */
  readonly priceClass: number;
}

/** All regions, and which of them this is. Fixed for the life of a node. */
export interface RegionCatalogue {
  readonly ownRegionId: string;
  readonly regions: readonly RegionInfo[];
}

/** The catalogue as configured; without a list this region is the only one. */
export function catalogueOf({ id, all }: Pick<RegionConfig, 'id' | 'all'>): RegionCatalogue {
  const alone: RegionInfo = {
    regionId: id,
    name: id,
    url: null,
    probeUrl: null,
    position: null,
    priceClass: 0,
  };
  const regions = all.map(({ id: regionId, name, url, position, priceClass }): RegionInfo => {
    const base = url.replace(/\/+$/, '');
    return {
      regionId,
      name,
      url: base,
      probeUrl: `${base.replace(/^http/i, 'ws')}${PROBE_PATH}`,
      position,
      priceClass,
    };
  });
  return { ownRegionId: id, regions: regions.length === 0 ? [alone] : regions };
}

/** Web origins of the regions: their pages play in each other. */
export function regionOrigins({ regions }: RegionCatalogue): readonly string[] {
  return [...new Set(regions.flatMap(({ url }) => (url === null ? [] : [new URL(url).origin])))];
}
