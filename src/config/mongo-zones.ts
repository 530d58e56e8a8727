import { REGION_ID_PATTERN } from './region-entry.ts';

/** The shards that keep a region's players. */
export interface RegionZone {
  readonly regionId: string;
  /** Names of shards, as `sh.status()` shows them; at least one. */
  readonly shards: readonly string[];
}

/** What `parseMongoZones` takes, for messages. */
export const MONGO_ZONES_FORM = 'us-east=shardA,shardB;eu=shardC';

/** @returns the zones of `us-east=shardA,shardB;eu=shardC`, each region once; null when it is no such text */
export function parseMongoZones(text: string): readonly RegionZone[] | null {
  const zones = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseZone);
  const sound = zones.filter((zone) => zone !== null);
  const ids = new Set(sound.map(({ regionId }) => regionId));
  return sound.length === zones.length && ids.size === zones.length ? sound : null;
}

function parseZone(part: string): RegionZone | null {
  const [regionId = '', names, ...rest] = part.split('=').map((side) => side.trim());
  const shards = names?.split(',').map((name) => name.trim()) ?? [];
  const isSound =
    REGION_ID_PATTERN.test(regionId) &&
    rest.length === 0 &&
    shards.length > 0 &&
    shards.every((name) => /^[\w.-]+$/.test(name)) &&
    new Set(shards).size === shards.length;
  return isSound ? { regionId, shards } : null;
}
