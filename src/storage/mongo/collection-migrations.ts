import type { mongo } from 'mongoose';
import type { Migration } from '../migrations/migration.ts';
import type { MongoCollectionPlan } from './collection-plan.ts';
import { VALIDATION, validatorOf } from './collection-validator.ts';
import { isDoneUnless } from './mongo-error.ts';

type MongoMigration = Migration<mongo.Db>;

// https://www.mongodb.com/docs/manual/reference/error-codes/
const NAMESPACE_EXISTS = 48;
const COMMAND_NOT_FOUND = 59;

/**
 * The steps that the plans of collections come to: a step that makes each, and one for each index. An index that is added to a
 * plan is a new step by that.
 */
export function collectionMigrations(
  plans: readonly MongoCollectionPlan[],
): readonly MongoMigration[] {
  return plans.flatMap((plan) => [
    {
      name: `${plan.name}/create`,
      does: `makes the collection ${plan.name}, which refuses documents without their shard key`,
      kind: 'expand' as const,
      up: ({ context }) => ensureCollection(context, plan),
    },
    ...plan.indexes.map((index) => indexMigration(plan.name, index)),
    ...(plan.expiryField === undefined ? [] : [expiryMigration(plan.name, plan.expiryField)]),
  ]);
}

function indexMigration(name: string, index: Readonly<Record<string, 1>>): MongoMigration {
  const fields = Object.keys(index);
  return {
    name: `${name}/index/${fields.join('+')}`,
    does: `indexes ${name} by ${fields.join(', ')}`,
    kind: 'expand',
    up: async ({ context }) => {
      // The same index again is nothing to MongoDB.
      await context.collection(name).createIndex({ ...index });
    },
  };
}

function expiryMigration(name: string, field: string): MongoMigration {
  return {
    name: `${name}/expiry/${field}`,
    does: `lets ${name} expire at their ${field}`,
    kind: 'expand',
    up: async ({ context }) => {
      await context.collection(name).createIndex({ [field]: 1 }, { expireAfterSeconds: 0 });
    },
  };
}

/** `db shard` may have made it before, with a validator that knows the zones: that one stays. */
async function ensureCollection(db: mongo.Db, plan: MongoCollectionPlan): Promise<void> {
  const validation = { validator: validatorOf(plan, null), ...VALIDATION };
  const found = await findCollection(db, plan.name);
  if (found !== null && found.validator !== undefined) return;
  if (
    found === null &&
    (await isDoneUnless(NAMESPACE_EXISTS, db.command({ create: plan.name, ...validation })))
  )
    return;
  // Servers that only speak the protocol have no validators: there, only tests would miss them.
  await isDoneUnless(COMMAND_NOT_FOUND, db.command({ collMod: plan.name, ...validation }));
}

/** A collection that exists. */
export interface FoundCollection {
  /** Absent: it refuses nothing. */
  readonly validator?: unknown;
}

/** @returns null when there is none of this name */
export async function findCollection(db: mongo.Db, name: string): Promise<FoundCollection | null> {
  // Asked for by name, and looked for among what comes: not every server heeds the filter.
  const all = await db.listCollections({ name }).toArray();
  const found = all.find((each) => each.name === name);
  if (!found) return null;
  const validator = (found as { readonly options?: { readonly validator?: unknown } }).options
    ?.validator;
  return validator === undefined ? {} : { validator };
}
