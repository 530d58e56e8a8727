import { expect, test } from 'vitest';
import { MIGRATIONS } from './migrations.ts';
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
