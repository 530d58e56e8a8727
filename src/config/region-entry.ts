import { z } from 'zod';
import { jsonList } from './json-list.ts';
import { parseRedisUri } from './redis-uri.ts';

/** What a region's id looks like. */
export const REGION_ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Of a region, in keys, tokens and paths. */
export const RegionId = z
  .string()
  .regex(REGION_ID_PATTERN, 'wants 1–32 of a–z, 0–9 and -, not - first');

/** A region as the catalogue has it: what is known of it without asking. */
export const RegionEntry = z.strictObject({
  id: RegionId,
  /** For people. */
  name: z.string().trim().min(1).max(64),
  /** Under which clients reach it: one node, or the gateway before all of them. */
  url: z.string().refine(isRegionUrl, 'wants http(s)://host[:port][/path]'),
  /** For maps; degrees. */
  position: z.strictObject({
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  }),
  /** How much dearer its servers are than the cheapest region's, in steps; weighed by `selectRegion`. */
  priceClass: z.number().int().min(0).max(10).default(0),
});

export type RegionEntry = Readonly<z.infer<typeof RegionEntry>>;

/** The catalogue: a list, or its JSON; each id once. */
export const RegionEntries = uniqueList(
  RegionEntry,
  '[{ "id", "name", "url", "position": { "latitude", "longitude" } }]',
);

/** Another region's Redis, for messages to it. */
export const RegionLinkEntry = z.strictObject({
  id: RegionId,
  /** As `redis.uri`. */
  redisUri: z.string().refine((uri) => parseRedisUri(uri) !== null, 'wants what redis.uri wants'),
});

export const RegionLinkEntries = uniqueList(RegionLinkEntry, '[{ "id", "redisUri" }]');

/** A list of regions, or its JSON; each id once. */
function uniqueList<Entry extends z.ZodType<{ readonly id: string }>>(entry: Entry, form: string) {
  return jsonList(entry, form).refine(
    (entries) => new Set(entries.map(({ id }) => id)).size === entries.length,
    { message: 'names a region twice' },
  );
}

/** No query and no user: paths are put behind it, and clients see it. */
function isRegionUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash, username, password } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && `${search}${hash}${username}${password}` === '';
}
