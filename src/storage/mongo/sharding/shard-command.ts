import { mongo } from 'mongoose';
import { assertNever } from '../../../shared/assert-never.ts';
import type { MongoCollectionPlan } from '../collection-plan.ts';
import { REGION_FIELD, VALIDATION } from '../collection-validator.ts';
import { endOfRegion, keyText, type ShardStep } from './shard-plan.ts';

const { MinKey } = mongo.BSON;

/** A command, and the database that takes it. */
export interface ShardCommand {
  readonly database: string;
  readonly command: mongo.Document;
}

/** What MongoDB is told for a step. */
export function commandOf(step: ShardStep, database: string): ShardCommand {
  const admin = (command: mongo.Document) => ({ database: 'admin', command });
  switch (step.kind) {
    case 'enable-sharding':
      return admin({ enableSharding: database });
    case 'add-shard-to-zone':
      return admin({ addShardToZone: step.shard, zone: step.zone });
    case 'set-zone-range':
      return admin({
        updateZoneKeyRange: `${database}.${step.plan.name}`,
        ...zoneRange(step.plan, step.region),
        zone: step.region,
      });
    case 'index-shard-key': {
      const { name, shardKey } = step.plan;
      const index = { key: { ...shardKey }, name: 'shard_key' };
      return { database, command: { createIndexes: name, indexes: [index] } };
    }
    case 'shard-collection': {
      const { name, shardKey } = step.plan;
      const split = step.presplits ? { presplitHashedZones: true } : {};
      return admin({
        shardCollection: `${database}.${name}`,
        key: { ...shardKey },
        ...split,
      });
    }
    case 'set-validator': {
      const { plan, validator } = step;
      return { database, command: { collMod: plan.name, validator, ...VALIDATION } };
    }
    default:
      return assertNever(step);
  }
}

/** From a region's first document to the first that is not its. The fields behind the region: from their smallest value. */
export function zoneRange({ shardKey }: MongoCollectionPlan, region: string) {
  const rest = Object.fromEntries(
    Object.keys(shardKey)
      .filter((field) => field !== REGION_FIELD)
      .map((field) => [field, new MinKey()]),
  );
  return {
    min: { [REGION_FIELD]: region, ...rest },
    max: { [REGION_FIELD]: endOfRegion(region), ...rest },
  };
}

/** A step in one line, for people. */
export function outlineOf(step: ShardStep): string {
  switch (step.kind) {
    case 'enable-sharding':
      return 'enable sharding of the database';
    case 'add-shard-to-zone':
      return `put shard ${step.shard} into the zone ${step.zone}`;
    case 'set-zone-range':
      return `keep ${step.plan.name} of ${step.region} in its zone`;
    case 'index-shard-key':
      return `index ${step.plan.name} by its shard key (it has documents)`;
    case 'shard-collection':
      return `shard ${step.plan.name} by ${keyText(step.plan.shardKey)}${step.presplits ? ', split over the zones at once' : ''}`;
    case 'set-validator':
      return `let ${step.plan.name} refuse regions without a zone`;
    default:
      return assertNever(step);
  }
}
