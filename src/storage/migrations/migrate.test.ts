import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { SqliteMigrationStore } from '../sqlite/sqlite-migration-store.ts';
import { sqliteMigrations } from '../sqlite/sqlite-migrations.ts';
import { migrate } from './migrate.ts';
import { MigrationLease } from './migration-lease.ts';

const LIST = ['CREATE TABLE a (x TEXT)', 'CREATE TABLE b (x TEXT)', 'CREATE TABLE c (x TEXT)'];

async function migrated(db: DatabaseSync, list: readonly string[]) {
  const store = new SqliteMigrationStore(db);
  await using lease = await MigrationLease.take(
    { store, clock: systemClock },
    { holder: 'ada:1', leaseMs: 60_000, waitMs: 0 },
  );
  const told: string[] = [];
  const done = await migrate({
    store,
    lease,
    migrations: sqliteMigrations(list),
    context: db,
    onStep: ({ name }, { n, of }) => told.push(`${n}/${of} ${name}`),
    onDone: ({ name }) => told.push(`done ${name}`),
  });
  return { done: done.map(({ name }) => name), told };
}

test('[DB-1] steps are run in order, each once, and told as they come', async () => {
  using db = new DatabaseSync(':memory:');
  expect((await migrated(db, LIST.slice(0, 1))).done).toEqual(['0001']);
  expect(await migrated(db, LIST)).toEqual({
    done: ['0002', '0003'],
    told: ['1/2 0002', 'done 0002', '2/2 0003', 'done 0003'],
  });
  expect((await migrated(db, LIST)).done).toEqual([]);
});

test('[DB-9] a step that fails stops it, is named, and those before it stay done', async () => {
  using db = new DatabaseSync(':memory:');
  const broken = LIST.with(1, 'CREATE TABLE nothing');
  await expect(migrated(db, broken)).rejects.toMatchObject({
    code: 'STEP_FAILED',
    message: expect.stringMatching(/step 0002 failed: .*syntax/),
    cause: expect.any(Error),
  });
  const state = await new SqliteMigrationStore(db).read();
  expect(state).toMatchObject({ lease: null, applied: [{ name: '0001' }] });
  // Mended, it goes on where it stopped.
  expect((await migrated(db, LIST)).done).toEqual(['0002', '0003']);
});
