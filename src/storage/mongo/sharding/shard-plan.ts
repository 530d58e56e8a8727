import { isDeepStrictEqual } from 'node:util';
import type { RegionZone } from '../../../config/mongo-zones.ts';
import type { MongoCollectionPlan } from '../collection-plan.ts';
import { isZoned, validatorOf } from '../collection-validator.ts';
import type { ClusterState, CollectionState, RangeState } from './cluster-state.ts';

// From what is wanted and what is there to the steps between them. The order matters: chunks of an empty collection are made
// where its zones say when it is sharded, and a zone's range wants a zone that has a shard:
//
//   enable the database ─▶ shards into zones ─▶ per collection: ranges ─▶ shard it ─▶ refuse regions without a zone

export interface ShardingWanted {
  readonly zones: readonly RegionZone[];
  readonly collections: readonly MongoCollectionPlan[];
}

export type ShardStep =
  | { readonly kind: 'enable-sharding' }
  | { readonly kind: 'add-shard-to-zone'; readonly shard: string; readonly zone: string }
  | {
      readonly kind: 'set-zone-range';
      readonly plan: MongoCollectionPlan;
      readonly region: string;
    }
  | { readonly kind: 'index-shard-key'; readonly plan: MongoCollectionPlan }
  | {
      readonly kind: 'shard-collection';
      readonly plan: MongoCollectionPlan;
      /** Whether chunks are made in all zones at once, which only an empty collection allows. */
      readonly presplits: boolean;
    }
  | {
      readonly kind: 'set-validator';
      readonly plan: MongoCollectionPlan;
      readonly validator: Readonly<Record<string, unknown>>;
    };

export interface ShardPlan {
  readonly steps: readonly ShardStep[];
  /** What is as it is wanted. */
  readonly asWanted: readonly string[];
  /** What is there and nobody wants; it stays, for somebody may have meant it. */
  readonly left: readonly string[];
  /** Why nothing may be changed, each with what to do. */
  readonly conflicts: readonly string[];
}

const NOT_THERE: CollectionState = { shardKey: null, isEmpty: true };

/**
 * The first text behind a region's own: its range ends there. No other region lies between, for ids have nothing below `-`. (A range
 * may not end under the region it begins with: MongoDB does not split such ones beforehand, error 31390.)
 */
export function endOfRegion(regionId: string): string {
  return `${regionId}!`;
}

/** Every zone's name is its region's id. */
export function planSharding(wanted: ShardingWanted, state: ClusterState): ShardPlan {
  const findings = [
    databaseFinding(state),
    ...shardFindings(wanted.zones, state),
    ...wanted.collections.flatMap((plan) => collectionFindings(plan, wanted.zones, state)),
  ];
  return {
    steps: findings.flatMap((finding) => ('step' in finding ? [finding.step] : [])),
    asWanted: findings.flatMap((finding) => ('asWanted' in finding ? [finding.asWanted] : [])),
    left: findings.flatMap((finding) => ('left' in finding ? [finding.left] : [])),
    conflicts: findings.flatMap((finding) => ('conflict' in finding ? [finding.conflict] : [])),
  };
}

type Finding =
  | { readonly step: ShardStep }
  | { readonly asWanted: string }
  | { readonly left: string }
  | { readonly conflict: string };

function databaseFinding({ isDatabaseEnabled }: ClusterState): Finding {
  return isDatabaseEnabled
    ? { asWanted: 'the database may be sharded' }
    : { step: { kind: 'enable-sharding' } };
}

function shardFindings(zones: readonly RegionZone[], { shards }: ClusterState): readonly Finding[] {
  const known = new Map(shards.map((shard) => [shard.id, shard]));
  const named = zones.flatMap(({ regionId, shards: names }) =>
    names.map((shard): Finding => {
      const found = known.get(shard);
      if (!found) {
        const others = [...known.keys()].join(', ');
        return {
          conflict: `there is no shard ${shard} for the region ${regionId}; the cluster has ${others}: correct the zones, or add the shard first (sh.addShard)`,
        };
      }
      return found.zones.includes(regionId)
        ? { asWanted: `shard ${shard} is in the zone ${regionId}` }
        : { step: { kind: 'add-shard-to-zone', shard, zone: regionId } };
    }),
  );
  const wanted = new Set(
    zones.flatMap(({ regionId, shards: names }) => names.map((shard) => `${regionId}/${shard}`)),
  );
  const left = shards.flatMap(({ id, zones: its }) =>
    its
      .filter((zone) => !wanted.has(`${zone}/${id}`))
      .map((zone): Finding => ({ left: `shard ${id} is also in the zone ${zone}` })),
  );
  return [...named, ...left];
}

function collectionFindings(
  plan: MongoCollectionPlan,
  zones: readonly RegionZone[],
  state: ClusterState,
): readonly Finding[] {
  const found = state.collections.get(plan.name) ?? NOT_THERE;
  if (!isZoned(plan)) return keyFindings(plan, found);
  const ranges = state.ranges.filter(({ collection }) => collection === plan.name);
  // A region that is not named any more keeps its zone, and its players their place: what is there stays.
  const kept = ranges.filter((range) => isWanted(range, range.zone)).map(({ zone }) => zone);
  const regions = new Set([...zones.map(({ regionId }) => regionId), ...kept]);
  const validator = validatorOf(plan, [...regions]);
  return [
    ...zones.map(({ regionId }) => rangeFinding(plan, regionId, ranges)),
    ...leftRanges(plan, zones, ranges),
    ...keyFindings(plan, found),
    isDeepStrictEqual(found.validator, validator)
      ? { asWanted: `${plan.name} refuses regions without a zone` }
      : { step: { kind: 'set-validator', plan, validator } },
  ];
}

function rangeFinding(
  plan: MongoCollectionPlan,
  region: string,
  ranges: readonly RangeState[],
): Finding {
  const inTheWay = ranges.filter((range) => overlaps(range, region));
  if (inTheWay.some((range) => isWanted(range, region))) {
    return { asWanted: `the range ${region} of ${plan.name} is its zone’s` };
  }
  const [other] = inTheWay;
  if (!other) return { step: { kind: 'set-zone-range', plan, region } };
  return {
    conflict: `${plan.name} has a range of the zone ${other.zone} (from ${other.fromRegion ?? 'the first'} to ${other.toRegion ?? 'the last'}) in which the region ${region} lies: take it away (sh.removeRangeFromZone), then run this again`,
  };
}

function isWanted({ zone, fromRegion, toRegion, isWhole }: RangeState, region: string): boolean {
  return (
    zone === region && fromRegion === region && toRegion === endOfRegion(region) && isWhole === true
  );
}

/** Whether a range has a value in common with a region's: MongoDB refuses ranges that overlap. */
function overlaps({ fromRegion, toRegion }: RangeState, region: string): boolean {
  const beginsBeforeItsEnd = fromRegion === null || fromRegion < endOfRegion(region);
  const endsBehindItsStart = toRegion === null || toRegion > region || fromRegion === region;
  return beginsBeforeItsEnd && endsBehindItsStart;
}

function leftRanges(
  { name }: MongoCollectionPlan,
  zones: readonly RegionZone[],
  ranges: readonly RangeState[],
): readonly Finding[] {
  return ranges
    .filter((range) => !zones.some(({ regionId }) => overlaps(range, regionId)))
    .map(({ zone, fromRegion }) => ({
      left: `${name} has a range of the zone ${zone} from ${fromRegion ?? 'the first region'} on`,
    }));
}

function keyFindings(plan: MongoCollectionPlan, found: CollectionState): readonly Finding[] {
  const { name, shardKey } = plan;
  if (found.shardKey !== null) {
    // The order of its fields is part of a key.
    const isSame = JSON.stringify(found.shardKey) === JSON.stringify(shardKey);
    if (isSame) return [{ asWanted: `${name} is sharded by ${keyText(shardKey)}` }];
    return [
      {
        conflict: `${name} is sharded by ${keyText(found.shardKey)}, wanted is ${keyText(shardKey)}: reshard it (the command reshardCollection, MongoDB 5.0 or newer; it copies the whole collection), or use another database`,
      },
    ];
  }
  const shard: Finding = {
    step: { kind: 'shard-collection', plan, presplits: isZoned(plan) && found.isEmpty },
  };
  // Of an empty collection MongoDB makes the index of the key itself.
  return found.isEmpty ? [shard] : [{ step: { kind: 'index-shard-key', plan } }, shard];
}

/** `{ homeRegion: 1, _id: hashed }` */
export function keyText(key: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(key).map(([field, kind]) => `${field}: ${kind}`);
  return `{ ${fields.join(', ')} }`;
}
