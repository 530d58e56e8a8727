import { REGION_ID_PATTERN } from '../../config/region-entry.ts';
import type { MongoCollectionPlan } from './collection-plan.ts';

/** The field that zones are made of. */
export const REGION_FIELD = 'homeRegion';

/** Whether a region's documents of this collection are kept in the region's shards. */
export function isZoned({ shardKey }: MongoCollectionPlan): boolean {
  return Object.keys(shardKey)[0] === REGION_FIELD;
}

/**
 * What MongoDB itself refuses to store, whoever writes: a document without its shard key, or with a region that has no zone, which
 * would land in any shard.
 *
 * @param regions - those with a zone; null: any that looks like one, where there are no zones
 */
export function validatorOf(
  plan: MongoCollectionPlan,
  regions: readonly string[] | null,
): Readonly<Record<string, unknown>> {
  const required = Object.keys(plan.shardKey);
  const region =
    regions === null
      ? { bsonType: 'string', pattern: REGION_ID_PATTERN.source }
      : { enum: [...regions].sort() };
  const properties = isZoned(plan) ? { properties: { [REGION_FIELD]: region } } : {};
  return { $jsonSchema: { bsonType: 'object', required, ...properties } };
}

/** Documents of before that would be refused today may still be changed. */
export const VALIDATION = { validationLevel: 'moderate', validationAction: 'error' } as const;
