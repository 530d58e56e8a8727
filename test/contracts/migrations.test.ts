// Migrators in processes of their own: two at once, one that is killed, one that is halted and comes back.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createConnection } from 'mongoose';
import { afterAll, describe, expect, test } from 'vitest';
import { openMongoForWork } from '../../src/app/open-mongo-for-work.ts';
import { MongoMigrationStore } from '../../src/storage/mongo/mongo-migration-store.ts';
import { SqliteMigrationStore } from '../../src/storage/sqlite/sqlite-migration-store.ts';
import {
  MIGRATOR_STEPS,
  type MigratorDatabase,
  type MigratorPlan,
  MigratorProcess,
} from '../support/migrator-process.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { MongosDouble } from '../support/mongos-double.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { migrationStoreContract, type OpenMigrationStore } from './migration-store-contract.ts';

/** A database that nobody has migrated. */
interface OpenDatabase extends OpenMigrationStore {
  readonly address: MigratorDatabase;
  /** A name for each time that a step was begun (MongoDB) or done (SQLite: it is all or nothing). */
  runs(): Promise<readonly string[]>;
}

const STEPS: readonly string[] = MIGRATOR_STEPS;
const isMissing = missingTool('mongo-server');
const server = isMissing ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

async function openSqlite(): Promise<OpenDatabase> {
  const folder = await temporaryFolder('migrator');
  const path = join(folder.path, 'store.sqlite');
  const db = new DatabaseSync(path, { timeout: 10_000 });
  const hasRuns = () => db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'runs'").get();
  return {
    address: { kind: 'sqlite', path },
    runs: async () => {
      if (hasRuns() === undefined) return [];
      return db
        .prepare('SELECT step FROM runs ORDER BY rowid')
        .all()
        .map(({ step }) => String(step));
    },
    store: new SqliteMigrationStore(db),
    [Symbol.asyncDispose]: async () => {
      db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function openMongo(): Promise<OpenDatabase> {
  if (server === null) throw new Error('skipped');
  const uri = server.newDatabaseUri();
  const connection = await createConnection(uri, { autoCreate: false }).asPromise();
  const { db } = connection;
  if (db === undefined) throw new Error('open');
  return {
    address: { kind: 'mongodb', uri },
    runs: async () =>
      (await db.collection('runs').find().toArray()).map(({ step }) => String(step)),
    store: new MongoMigrationStore(db),
    [Symbol.asyncDispose]: async () => {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

async function openDouble(): Promise<OpenMigrationStore> {
  const mongos = await MongosDouble.start();
  const opened = await openMongoForWork({ uri: mongos.uri });
  return {
    store: new MongoMigrationStore(opened.db),
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await mongos[Symbol.asyncDispose]();
    },
  };
}

function migrator(database: OpenDatabase, plan: Partial<MigratorPlan> = {}): MigratorProcess {
  return new MigratorProcess({
    database: database.address,
    holder: 'ada:1',
    leaseMs: 2_500,
    waitMs: 15_000,
    ...plan,
  });
}

const appliedIn = async (database: OpenDatabase) =>
  (await database.store.read()).applied.map(({ name }) => name);

function migratorsContract(name: string, open: () => Promise<OpenDatabase>): void {
  const nameOf = (step: string) =>
    name === 'SQLite' ? String(STEPS.indexOf(step) + 1).padStart(4, '0') : step;
  const all = STEPS.map(nameOf);

  describe(name, () => {
    test('[DB-1] [DB-3] two at once: each step is run once, in order, and again there is nothing to do', async () => {
      await using database = await open();
      await using first = migrator(database);
      await using second = migrator(database, { holder: 'bob:2' });
      const ends = await Promise.all([first.end(), second.end()]);
      expect(ends.filter(({ kind }) => kind !== 'done')).toEqual([]);
      const done = ends.flatMap((end) => (end.kind === 'done' ? end.steps : []));
      expect(done.sort()).toEqual([...all].sort());
      expect(await database.runs()).toEqual(STEPS);
      expect(await appliedIn(database)).toEqual(all);
      await using third = migrator(database);
      expect(await third.end()).toEqual({ kind: 'done', steps: [] });
      expect((await database.store.read()).lease).toBeNull();
    });

    test('[DB-3] one that does not wait is told who is at work, and until when', async () => {
      await using database = await open();
      await using first = migrator(database, { staysIn: 'two' });
      await first.untilIn('two');
      await using second = migrator(database, { holder: 'bob:2', waitMs: 0 });
      const end = await second.end();
      expect(end).toMatchObject({ kind: 'failed', code: 'LEASE_HELD' });
      expect(end).toHaveProperty('message', expect.stringMatching(/^ada:1 .* until 20\d\d-/));
      // Its lease is renewed as long as it lives, however long a step takes.
      const renewals = (await database.store.read()).revision;
      await expect
        .poll(async () => (await database.store.read()).revision, { timeout: 5_000 })
        .toBeGreaterThan(renewals + 2);
      first.leaveStep();
      expect(await first.end()).toEqual({ kind: 'done', steps: all });
    });

    test('[DB-4] one is killed in the middle: the next takes over when its lease is over, and finishes', async () => {
      await using database = await open();
      await using first = migrator(database, { staysIn: 'two' });
      await first.untilIn('two');
      await first.kill();
      await using second = migrator(database, { holder: 'bob:2' });
      expect(await second.end()).toEqual({ kind: 'done', steps: all.slice(1) });
      expect(await appliedIn(database)).toEqual(all);
      expect(await database.store.read()).toMatchObject({ fence: 2, lease: null });
    });

    test('[DB-5] one is halted and wakes up when another has taken over: it does and notes nothing any more', async () => {
      await using database = await open();
      await using first = migrator(database, { staysIn: 'two' });
      await first.untilIn('two');
      first.halt();
      await using second = migrator(database, { holder: 'bob:2' });
      expect(await second.end()).toEqual({ kind: 'done', steps: all.slice(1) });
      const before = await database.store.read();
      const runs = await database.runs();
      first.goOn();
      first.leaveStep();
      expect(await first.end()).toMatchObject({ kind: 'failed', code: 'LEASE_LOST' });
      expect(await database.store.read()).toEqual(before);
      expect(await database.runs()).toEqual(runs);
    });
  });
}

migrationStoreContract('SQLite', openSqlite);
migrationStoreContract('MongoDB, mongos double', openDouble);
migratorsContract('SQLite', openSqlite);
describe.skipIf(isMissing)(`MongoDB (${server?.name ?? 'no server here'})`, () => {
  migrationStoreContract('MongoDB', openMongo);
  migratorsContract('MongoDB', openMongo);
});

test('[DB-4] SQLite: killed inside of a step, nothing of the step is there', async () => {
  await using database = await openSqlite();
  await using first = migrator(database);
  await first.untilIn('two');
  await first.kill();
  const applied = await appliedIn(database);
  expect(await database.runs()).toEqual(STEPS.slice(0, applied.length));
  await using second = migrator(database, { holder: 'bob:2' });
  expect(await second.end()).toMatchObject({ kind: 'done' });
  expect(await database.runs()).toEqual(STEPS);
});
