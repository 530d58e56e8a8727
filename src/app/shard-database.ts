import { parseMongoZones, type RegionZone } from '../config/mongo-zones.ts';
import { systemClock } from '../shared/clock.ts';
import { MigrationLease } from '../storage/migrations/migration-lease.ts';
import { MongoMigrationStore } from '../storage/mongo/mongo-migration-store.ts';
import { planShards, runShardPlan } from '../storage/mongo/sharding/shard-cluster.ts';
import { outlineOf } from '../storage/mongo/sharding/shard-command.ts';
import type { ShardingWanted } from '../storage/mongo/sharding/shard-plan.ts';
import type { DatabaseRun } from './database-command.ts';
import { DatabaseUsageError } from './database-options.ts';
import type { ShardReport } from './database-report.ts';
import { ALL_COLLECTIONS } from './mongo-collections.ts';
import { openMongoForWork } from './open-mongo-for-work.ts';

/** @throws {ShardingError}, {MigrationError} `LEASE_HELD`, `LEASE_LOST`, {DatabaseUsageError}, {GameError} `STORE_UNAVAILABLE` */
export async function shardDatabase(run: DatabaseRun): Promise<ShardReport> {
  const { options, holder, tell } = run;
  const wanted: ShardingWanted = { zones: zonesOf(run), collections: ALL_COLLECTIONS };
  await using opened = await openMongoForWork(run.config.mongo);
  const first = await planShards(opened, wanted);
  const isDryRun = options.isDryRun;
  const database = `MongoDB, database ${opened.db.databaseName}`;
  const { asWanted, left } = first;
  // Nothing to do: then nobody is waited for, and nothing written.
  if (isDryRun || first.steps.length === 0) {
    const changed = first.steps.map(outlineOf);
    return { command: 'shard', isDryRun, database, asWanted, changed, left };
  }
  await using lease = await MigrationLease.take(
    {
      store: new MongoMigrationStore(opened.db),
      clock: systemClock,
      onWait: (held) => tell(`waiting for ${held.holder}, which changes this database`),
    },
    { holder, leaseMs: options.leaseMs, waitMs: options.waitMs },
  );
  // Whoever was waited for may have done it.
  const plan = await planShards(opened, wanted);
  const changed: string[] = [];
  await runShardPlan(opened, plan, async (outline) => {
    // One that was halted wakes up when another is at work.
    await lease.renew();
    changed.push(outline);
    tell(`[${changed.length}/${plan.steps.length}] ${outline}`);
  });
  return {
    command: 'shard',
    isDryRun,
    database,
    asWanted: plan.asWanted,
    changed,
    left: plan.left,
  };
}

/** @throws {DatabaseUsageError} without zones, or when a region of the catalogue has none */
function zonesOf({ options, config }: DatabaseRun): readonly RegionZone[] {
  if (options.database === 'sqlite') {
    throw new DatabaseUsageError('--database: only MongoDB has shards');
  }
  const zones = options.zones ?? parseMongoZones(config.mongo.zones) ?? [];
  if (zones.length === 0) {
    throw new DatabaseUsageError(
      '--zones (or MERIDIAN_MONGO_ZONES) is needed: which shards keep which region',
    );
  }
  const named = new Set(zones.map(({ regionId }) => regionId));
  const missing = config.region.all.map(({ id }) => id).filter((id) => !named.has(id));
  if (missing.length === 0) return zones;
  throw new DatabaseUsageError(
    `--zones: ${missing.join(', ')} of MERIDIAN_REGIONS has no zone, its players would be refused`,
  );
}
