import type { DatabaseSync } from 'node:sqlite';
import { EMPTY_STATE, type MigrationState } from '../migrations/migration-state.ts';
import type { MigrationStore } from '../migrations/migration-store.ts';
import { schemaVersionOf } from './sqlite-file.ts';

/** The row of the lease. Which steps were done is the file's `user_version`: nodes that open their own file count it up too. */
type LeaseRow = Omit<MigrationState, 'applied'>;

const TABLE = 'migration_lease';

/** What a SQLite file keeps of its migrations, in the thread of the caller: for a command, not for a node. */
export class SqliteMigrationStore implements MigrationStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async read(): Promise<MigrationState> {
    const applied = Array.from({ length: schemaVersionOf(this.#db) }, (_, index) => ({
      name: sqliteStepName(index),
      appliedAtMs: null,
    }));
    return { ...readLeaseRow(this.#db), applied };
  }

  async replace(before: MigrationState, after: MigrationState): Promise<boolean> {
    const { revision, fence, lease } = after;
    return inTransaction(this.#db, () => {
      if (readLeaseRow(this.#db).revision !== before.revision) return false;
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${TABLE} (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL) STRICT`,
      );
      this.#db
        .prepare(`INSERT OR REPLACE INTO ${TABLE} VALUES (1, :state)`)
        .run({ state: JSON.stringify({ revision, fence, lease } satisfies LeaseRow) });
      return true;
    });
  }

  /** Of this machine: whoever writes to the file is on it. */
  async nowMs(): Promise<number> {
    return Date.now();
  }
}

/** @param index - from 0; the step leads to version `index + 1` and is called so */
export function sqliteStepName(index: number): string {
  return String(index + 1).padStart(4, '0');
}

/** Of a file that no migrator has touched: revision and fence 0. */
export function readLeaseRow(db: DatabaseSync): LeaseRow {
  const isThere = db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(TABLE) !== undefined;
  const row = isThere ? db.prepare(`SELECT state FROM ${TABLE} WHERE id = 1`).get() : undefined;
  if (row === undefined) {
    const { revision, fence, lease } = EMPTY_STATE;
    return { revision, fence, lease };
  }
  return JSON.parse(String(row['state'])) as LeaseRow;
}

/** All of it, durably, or nothing. Another process that writes is waited for first. */
export function inTransaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
