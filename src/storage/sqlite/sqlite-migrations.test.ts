import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { EMPTY_STATE } from '../migrations/migration-state.ts';
import { MIGRATIONS } from './migrations.ts';
import { SqliteMigrationStore } from './sqlite-migration-store.ts';
import { outlineSql, sqliteMigrations } from './sqlite-migrations.ts';

test.each([
  [
    'CREATE TABLE a (x TEXT); CREATE UNIQUE INDEX b ON a (x);',
    'create table a, create unique index b',
  ],
  ['alter table a add column x; ALTER TABLE a ADD COLUMN y;', 'alter table a'],
  ['DROP TABLE IF EXISTS old;', 'drop table old'],
  ['VACUUM', 'runs SQL'],
])('%s: %s', (sql, does) => {
  expect(outlineSql(sql)).toBe(does);
});

test('[DB-8] what takes away is a contract', () => {
  const kinds = sqliteMigrations([
    'CREATE TABLE a (x TEXT)',
    'ALTER TABLE a RENAME COLUMN x TO y',
    'DROP TABLE a',
  ]).map(({ kind }) => kind);
  expect(kinds).toEqual(['expand', 'contract', 'contract']);
});

test('every step of the embedded store has a name of its own and says what it does', () => {
  const steps = sqliteMigrations(MIGRATIONS);
  expect(steps.length).toBeGreaterThanOrEqual(7);
  expect(steps.slice(0, 2).map(({ name }) => name)).toEqual(['0001', '0002']);
  expect(steps.filter(({ does }) => does === 'runs SQL')).toEqual([]);
});

const TABLE = ['CREATE TABLE a (x TEXT) STRICT'];
const tablesOf = (db: DatabaseSync) =>
  db
    .prepare("SELECT name FROM sqlite_master WHERE name IN ('a', 'b')")
    .all()
    .map(({ name }) => name);

test('[DB-5] a step of a migrator that another has overtaken is refused by the file itself', async () => {
  using db = new DatabaseSync(':memory:');
  const store = new SqliteMigrationStore(db);
  await store.replace(EMPTY_STATE, { ...EMPTY_STATE, revision: 1, fence: 2 });
  const [step] = sqliteMigrations(TABLE);
  const tools = { context: db, assertHeld: () => {} };
  await expect(step?.up({ ...tools, fence: 1 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(tablesOf(db)).toEqual([]);
  await step?.up({ ...tools, fence: 2 });
  expect(tablesOf(db)).toEqual(['a']);
});

test('[DB-7] a step that a node has done meanwhile is not done again', async () => {
  using db = new DatabaseSync(':memory:');
  db.exec(`${TABLE[0]}; PRAGMA user_version = 1`);
  const [first, second] = sqliteMigrations([...TABLE, 'CREATE TABLE b (x TEXT) STRICT']);
  const tools = { context: db, fence: 0, assertHeld: () => {} };
  await first?.up(tools);
  await second?.up(tools);
  expect(tablesOf(db)).toEqual(['a', 'b']);
});

test('[DB-9] a step that fails leaves nothing of itself', async () => {
  using db = new DatabaseSync(':memory:');
  const [step] = sqliteMigrations([`${TABLE[0]}; INSERT INTO nowhere VALUES (1)`]);
  await expect(step?.up({ context: db, fence: 0, assertHeld: () => {} })).rejects.toThrow(
    'nowhere',
  );
  expect(tablesOf(db)).toEqual([]);
  expect((await new SqliteMigrationStore(db).read()).applied).toEqual([]);
});
