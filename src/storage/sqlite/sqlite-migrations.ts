import type { DatabaseSync } from 'node:sqlite';
import type { Migration } from '../migrations/migration.ts';
import { MigrationError } from '../migrations/migration-error.ts';
import { schemaVersionOf } from './sqlite-file.ts';
import { inTransaction, readLeaseRow, sqliteStepName } from './sqlite-migration-store.ts';

// The steps of the embedded store, for a migrator. A node that opens its own file runs the same list by itself, all in one
// transaction (sqlite-worker.ts): a lock that ends with its process, and a library less to load. Either way a step and the
// version it leads to are committed together, so both may meet on one file.

const STATEMENT =
  /\b(CREATE(?: UNIQUE)? INDEX|CREATE TABLE|ALTER TABLE|DROP TABLE|DROP INDEX|UPDATE|DELETE FROM|INSERT INTO)\s+(?:IF (?:NOT )?EXISTS\s+)?(\w+)/gi;

/** The embedded store's list as steps: the n-th leads to version n and is called so. */
export function sqliteMigrations(list: readonly string[]): readonly Migration<DatabaseSync>[] {
  return list.map((sql, index) => ({
    name: sqliteStepName(index),
    does: outlineSql(sql),
    kind: /\b(DROP|RENAME)\b/i.test(sql) ? 'contract' : 'expand',
    up: async ({ context, fence }) => applyStep(context, { index, sql, fence }),
  }));
}

/** What a step's SQL does, in one line for people: each statement's kind and what it is about, once. */
export function outlineSql(sql: string): string {
  const parts = [...sql.matchAll(STATEMENT)].map(
    ([, verb = '', name = '']) => `${verb.toLowerCase()} ${name}`,
  );
  return parts.length === 0 ? 'runs SQL' : [...new Set(parts)].join(', ');
}

/** @throws {MigrationError} `LEASE_LOST` when another migrator has begun since: nothing of the step is done then */
function applyStep(
  db: DatabaseSync,
  { index, sql, fence }: { readonly index: number; readonly sql: string; readonly fence: number },
): void {
  inTransaction(db, () => {
    if (readLeaseRow(db).fence !== fence) {
      throw new MigrationError('LEASE_LOST', 'Another migrator has taken over this file.');
    }
    // A node that opened the file meanwhile has done it.
    if (schemaVersionOf(db) > index) return;
    db.exec(sql);
    db.exec(`PRAGMA user_version = ${index + 1}`);
  });
}
