import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../shared/clock.ts';
import { migrate } from '../storage/migrations/migrate.ts';
import type { Migration } from '../storage/migrations/migration.ts';
import { MigrationLease } from '../storage/migrations/migration-lease.ts';
import { planMigrations } from '../storage/migrations/migration-plan.ts';
import { EMPTY_STATE } from '../storage/migrations/migration-state.ts';
import type { MigrationStore } from '../storage/migrations/migration-store.ts';
import { MIGRATIONS } from '../storage/sqlite/migrations.ts';
import { openSqliteFile } from '../storage/sqlite/sqlite-file.ts';
import { SqliteMigrationStore } from '../storage/sqlite/sqlite-migration-store.ts';
import { sqliteMigrations } from '../storage/sqlite/sqlite-migrations.ts';
import type { DatabaseRun } from './database-command.ts';
import { DatabaseUsageError } from './database-options.ts';
import { type MigrateReport, note } from './database-report.ts';

/** A lock of another process on the file is waited for so long, ms. */
const BUSY_TIMEOUT_MS = 5_000;

interface Target<Context> {
  readonly name: string;
  readonly store: MigrationStore;
  readonly migrations: readonly Migration<Context>[];
  readonly context: Context;
}

/** @throws {MigrationError}, {DatabaseUsageError}, {GameError} `STORE_UNAVAILABLE` */
export async function migrateDatabase(run: DatabaseRun): Promise<MigrateReport> {
  const { options, config } = run;
  const isMongo =
    (options.database ?? (config.mongo.uri === '' ? 'sqlite' : 'mongodb')) === 'mongodb';
  if (options.zones !== undefined) throw new DatabaseUsageError('--zones: is for db shard');
  return isMongo ? await migrateMongo(run) : await migrateSqlite(run);
}

async function migrateMongo(run: DatabaseRun): Promise<MigrateReport> {
  const [{ openMongoForWork }, { MongoMigrationStore }, { mongoMigrations }] = await Promise.all([
    import('./open-mongo-for-work.ts'),
    import('../storage/mongo/mongo-migration-store.ts'),
    import('./mongo-migrations.ts'),
  ]);
  await using opened = await openMongoForWork(run.config.mongo);
  const { db } = opened;
  const store = new MongoMigrationStore(db);
  const name = `MongoDB, database ${db.databaseName}`;
  return await runMigrations(run, { name, store, migrations: mongoMigrations(), context: db });
}

async function migrateSqlite(run: DatabaseRun): Promise<MigrateReport> {
  const { sqlitePath } = run.config.profiles;
  if (sqlitePath === ':memory:') {
    throw new DatabaseUsageError('profiles.sqlitePath is :memory:, which has nothing to migrate');
  }
  const name = `SQLite, ${sqlitePath}`;
  const migrations = sqliteMigrations(MIGRATIONS);
  if (run.options.isDryRun && !existsSync(sqlitePath)) {
    return dryReport(name, migrations, { read: async () => EMPTY_STATE });
  }
  // A dry run writes nothing, not even a mode.
  const db = run.options.isDryRun
    ? new DatabaseSync(sqlitePath, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    : openSqliteFile(sqlitePath, BUSY_TIMEOUT_MS);
  try {
    const store = new SqliteMigrationStore(db);
    return await runMigrations(run, { name, store, migrations, context: db });
  } finally {
    db.close();
  }
}

async function runMigrations<Context>(
  { options, holder, tell }: DatabaseRun,
  target: Target<Context>,
): Promise<MigrateReport> {
  const { name, store, migrations, context } = target;
  if (options.isDryRun) return await dryReport(name, migrations, store);
  const before = planMigrations(migrations, (await store.read()).applied);
  const nothing = { command: 'migrate', isDryRun: false, database: name, pending: [] } as const;
  // Nothing to do: then nobody is waited for, and nothing written.
  if (before.pending.length === 0) return { ...nothing, doneBefore: before.doneCount, done: [] };
  await using lease = await MigrationLease.take(
    {
      store,
      clock: systemClock,
      onWait: (held) => tell(`waiting for ${held.holder}, which migrates this database`),
    },
    { holder, leaseMs: options.leaseMs, waitMs: options.waitMs },
  );
  const doneBefore = planMigrations(migrations, (await store.read()).applied).doneCount;
  const done = await migrate({
    store,
    lease,
    migrations,
    context,
    onStep: (step, { n, of }) => tell(`[${n}/${of}] ${step.name}: ${step.does}${note(step.kind)}`),
    onDone: ({ durationMs }) => tell(`      done in ${durationMs} ms`),
  });
  return { ...nothing, doneBefore, done };
}

async function dryReport(
  database: string,
  migrations: readonly Migration<never>[] | readonly Migration<unknown>[],
  store: Pick<MigrationStore, 'read'>,
): Promise<MigrateReport> {
  const { pending, doneCount } = planMigrations(migrations, (await store.read()).applied);
  return { command: 'migrate', isDryRun: true, database, doneBefore: doneCount, done: [], pending };
}
