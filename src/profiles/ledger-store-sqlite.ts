import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { SqlRow } from '../storage/sqlite/sqlite-protocol.ts';
import type { LedgerEntry, ProfileRef } from './contract.ts';

import type { LedgerStore } from './profile-store.ts';

const APPEND = `
  INSERT INTO ledger (player_id, operation_id, home_region, sequence, at_ms, entry)
  VALUES (:player_id, :operation_id, :home_region, :sequence, :at_ms, :entry)
  ON CONFLICT DO NOTHING`;

const FIND = `
  SELECT entry FROM ledger
   WHERE player_id = :player_id AND operation_id = :operation_id AND home_region = :home_region`;

const ERASE = 'DELETE FROM ledger WHERE player_id = :player_id AND home_region = :home_region';

/** All rows of a player (`:player_id`), in their order, of whatever region. */
export const LEDGER_OF_PLAYER = `
  SELECT entry FROM ledger WHERE player_id = :player_id ORDER BY sequence`;

/** The ledger in the embedded store. */
export class SqliteLedgerStore implements LedgerStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async append({ homeRegion }: ProfileRef, entries: readonly LedgerEntry[]): Promise<void> {
    const statements = entries.map((entry) => ({
      sql: APPEND,
      params: {
        player_id: entry.playerId,
        operation_id: entry.operationId,
        home_region: homeRegion,
        sequence: entry.sequence,
        at_ms: entry.atMs,
        entry: JSON.stringify(entry),
      },
    }));
    if (statements.length > 0) await this.#db.write(...statements);
  }

  async find(
    { playerId, homeRegion }: ProfileRef,
    operationId: string,
  ): Promise<LedgerEntry | null> {
    const params = { player_id: playerId, home_region: homeRegion, operation_id: operationId };
    const [row] = await this.#db.read({ sql: FIND, params });
    return row ? toLedgerEntry(row) : null;
  }

  async erase({ playerId, homeRegion }: ProfileRef): Promise<void> {
    const params = { player_id: playerId, home_region: homeRegion };
    await this.#db.write({ sql: ERASE, params });
  }
}

/** An entry out of its row. */
export function toLedgerEntry(row: SqlRow): LedgerEntry {
  return JSON.parse(String(row['entry'])) as LedgerEntry;
}
