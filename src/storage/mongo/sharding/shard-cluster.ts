import type { mongo } from 'mongoose';
import { askMongo } from '../mongo-error.ts';
import { readCluster } from './read-cluster.ts';
import { commandOf, outlineOf } from './shard-command.ts';
import { planSharding, type ShardingWanted, type ShardPlan } from './shard-plan.ts';
import { ShardingError } from './sharding-error.ts';

/** The cluster to shard, and the database in it. */
export interface ShardTarget {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
}

/**
 * What sharding would do.
 *
 * @throws {ShardingError} `NOT_A_ROUTER`, or `CONFLICT` with all of them at once; {GameError} `STORE_UNAVAILABLE`
 */
export async function planShards(target: ShardTarget, wanted: ShardingWanted): Promise<ShardPlan> {
  const state = await readCluster(target.client, target.db, wanted.collections);
  const plan = planSharding(wanted, state);
  if (plan.conflicts.length === 0) return plan;
  throw new ShardingError('CONFLICT', 'The cluster stands against it; nothing was changed:', [
    ...plan.conflicts,
  ]);
}

/**
 * Does the steps of a plan, in its order. Killed anywhere, it is planned and run again: what is done is no step any more.
 *
 * @param beforeStep - each waits for it; what it throws ends the run
 * @throws what MongoDB refuses; {GameError} `STORE_UNAVAILABLE`
 */
export async function runShardPlan(
  { client, db }: ShardTarget,
  { steps }: ShardPlan,
  beforeStep: (outline: string) => Promise<void>,
): Promise<void> {
  for (const step of steps) {
    await beforeStep(outlineOf(step));
    const { database, command } = commandOf(step, db.databaseName);
    await askMongo(() => client.db(database).command(command));
  }
}
