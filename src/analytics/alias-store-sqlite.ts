import type { Clock } from '../shared/clock.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { type AliasStore, ERASED_FOR_MS, erasedMark, newAlias } from './alias-store.ts';

// Tables of its own, made when they are missing: nothing of a profile refers to them, and to drop them is to forget everybody.
const TABLES = [
  `CREATE TABLE IF NOT EXISTS analytics_aliases (
     player_id TEXT PRIMARY KEY,
     alias TEXT NOT NULL UNIQUE
   ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS analytics_erased (
     mark TEXT PRIMARY KEY,
     until_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
] as const;

const KNOWN = `
  SELECT player_id, alias FROM analytics_aliases
   WHERE player_id IN (SELECT value FROM json_each(:ids))`;

/** Another process may have given him one since. */
const ALIAS = `
  INSERT INTO analytics_aliases (player_id, alias)
  SELECT :playerId, :alias
   WHERE NOT EXISTS (SELECT 1 FROM analytics_erased WHERE mark = :mark AND until_ms > :nowMs)
  ON CONFLICT (player_id) DO UPDATE SET alias = alias
  RETURNING alias`;

/** Pseudonyms in the embedded store. */
export class SqliteAliasStore implements AliasStore {
  readonly #db: SqliteDatabase;
  readonly #clock: Clock;

  /** @throws {GameError} `STORE_UNAVAILABLE` */
  static async open(deps: {
    readonly db: SqliteDatabase;
    readonly clock: Clock;
  }): Promise<SqliteAliasStore> {
    await deps.db.write(...TABLES.map((sql) => ({ sql })));
    return new SqliteAliasStore(deps);
  }

  private constructor(deps: { readonly db: SqliteDatabase; readonly clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  async aliasesOf(playerIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    if (playerIds.length === 0) return new Map();
    const rows = await this.#db.read({ sql: KNOWN, params: { ids: JSON.stringify(playerIds) } });
    const known = new Map<string, string | null>(
      rows.map((row) => [String(row['player_id']), String(row['alias'])]),
    );
    const strangers = playerIds.filter((playerId) => !known.has(playerId));
    if (strangers.length === 0) return known;
    const nowMs = this.#clock.wallMs();
    const results = await this.#db.write(
      ...strangers.map((playerId) => ({
        sql: ALIAS,
        params: { playerId, alias: newAlias(), mark: erasedMark(playerId), nowMs },
      })),
    );
    for (const [at, playerId] of strangers.entries()) {
      const alias = results[at]?.rows[0]?.['alias'];
      known.set(playerId, alias === undefined ? null : String(alias));
    }
    return known;
  }

  async erase(playerId: string): Promise<void> {
    const nowMs = this.#clock.wallMs();
    await this.#db.write(
      { sql: 'DELETE FROM analytics_erased WHERE until_ms <= :nowMs', params: { nowMs } },
      {
        sql: 'INSERT OR REPLACE INTO analytics_erased VALUES (:mark, :untilMs)',
        params: { mark: erasedMark(playerId), untilMs: nowMs + ERASED_FOR_MS },
      },
      { sql: 'DELETE FROM analytics_aliases WHERE player_id = :playerId', params: { playerId } },
    );
  }
}
