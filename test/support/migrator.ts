// A migrator of three steps that each leave a trace. Run by MigratorProcess; argv: a MigratorPlan as JSON.

import { once } from 'node:events';
import { openMongoForWork } from '../../src/app/open-mongo-for-work.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { migrate } from '../../src/storage/migrations/migrate.ts';
import type { Migration } from '../../src/storage/migrations/migration.ts';
import { MigrationError } from '../../src/storage/migrations/migration-error.ts';
import { MigrationLease } from '../../src/storage/migrations/migration-lease.ts';
import type { MigrationStore } from '../../src/storage/migrations/migration-store.ts';
import { MongoMigrationStore } from '../../src/storage/mongo/mongo-migration-store.ts';
import { openSqliteFile } from '../../src/storage/sqlite/sqlite-file.ts';
import { SqliteMigrationStore } from '../../src/storage/sqlite/sqlite-migration-store.ts';
import { sqliteMigrations } from '../../src/storage/sqlite/sqlite-migrations.ts';
import { MIGRATOR_STEPS, type MigratorNews, type MigratorPlan } from './migrator-process.ts';

const plan = JSON.parse(process.argv[2] ?? '') as MigratorPlan;

function tell(news: MigratorNews): Promise<void> {
  return new Promise((sent) => process.send?.(news, () => sent()));
}

/** Tells that a step has begun; where the plan says so, stays in it until the parent says `go`. */
async function inStep(step: string): Promise<void> {
  await tell({ kind: 'in-step', step });
  if (plan.staysIn === step) await once(process, 'message');
}

/** Told when the lease is released, not before. */
async function run<Context>(
  store: MigrationStore,
  context: Context,
  steps: readonly Migration<Context>[],
): Promise<void> {
  try {
    await tell({ kind: 'done', steps: await migrateAll(store, context, steps) });
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    await tell({ kind: 'failed', code: error.code, message: error.message });
  }
}

async function migrateAll<Context>(
  store: MigrationStore,
  context: Context,
  migrations: readonly Migration<Context>[],
): Promise<readonly string[]> {
  await using lease = await MigrationLease.take({ store, clock: systemClock }, plan);
  const done = await migrate({ store, lease, migrations, context });
  return done.map(({ name }) => name);
}

/** A trace of each run of each step, and a table of a hundred thousand rows in the second: half a second that can be killed. */
const SQL = MIGRATOR_STEPS.map((step, index) => {
  const table = index === 0 ? 'CREATE TABLE runs (step TEXT NOT NULL) STRICT;' : '';
  const rows = `CREATE TABLE big_${step} AS
     WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${index === 1 ? 400_000 : 1}) SELECT x FROM n;`;
  return `${table} INSERT INTO runs VALUES ('${step}'); ${rows}`;
});

if (plan.database.kind === 'sqlite') {
  const db = openSqliteFile(plan.database.path, 5_000);
  const steps = sqliteMigrations(SQL).map((step, index) => ({
    ...step,
    up: async (tools: Parameters<typeof step.up>[0]) => {
      await inStep(MIGRATOR_STEPS[index] ?? '');
      await step.up(tools);
    },
  }));
  await run(new SqliteMigrationStore(db), db, steps);
  db.close();
} else {
  await using opened = await openMongoForWork({ uri: plan.database.uri });
  const steps = MIGRATOR_STEPS.map((step) => ({
    name: step,
    does: step,
    kind: 'expand' as const,
    up: async ({ assertHeld }: { assertHeld(): void }) => {
      await opened.db.collection('runs').insertOne({ step });
      await inStep(step);
      assertHeld();
      await opened.db.collection('ends').insertOne({ step });
    },
  }));
  await run(new MongoMigrationStore(opened.db), opened.db, steps);
}
process.disconnect();
