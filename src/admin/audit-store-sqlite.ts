import { parseJson } from '../shared/parse-json.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import {
  type AuditEntry,
  AuditEntrySchema,
  type AuditStore,
  MOST_AUDIT_ENTRIES,
} from './audit-log.ts';

const APPEND = 'INSERT INTO audit (entry) VALUES (:entry)';

const TRIM = `
  DELETE FROM audit WHERE sequence <= (SELECT MAX(sequence) FROM audit) - ${MOST_AUDIT_ENTRIES}`;

const LATEST = 'SELECT entry FROM audit ORDER BY sequence DESC LIMIT :limit';

/** Entries of a node that is alone; on disk before they count as written. */
export class SqliteAuditStore implements AuditStore {
  readonly #db: SqliteDatabase;

  /** `db` stays its opener's. */
  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async append(entry: AuditEntry): Promise<void> {
    await this.#db.write({ sql: APPEND, params: { entry: JSON.stringify(entry) } }, { sql: TRIM });
  }

  async latest(limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#db.read({ sql: LATEST, params: { limit } });
    return rows.flatMap((row) => parseJson(AuditEntrySchema, String(row['entry'])) ?? []);
  }
}
