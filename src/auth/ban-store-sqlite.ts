import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { SqlRow } from '../storage/sqlite/sqlite-protocol.ts';
import type { BanDecision, BanStore } from './ban-store.ts';

/** Of two at the same time the first stays, so that one that comes twice changes nothing. */
const RECORD = `
  INSERT INTO bans VALUES (:playerId, :decidedAtMs, :reason, :untilMs)
  ON CONFLICT (player_id) DO UPDATE
     SET decided_at_ms = excluded.decided_at_ms,
         reason = excluded.reason,
         until_ms = excluded.until_ms
   WHERE excluded.decided_at_ms > bans.decided_at_ms`;

const FIND = 'SELECT * FROM bans WHERE player_id = :playerId';

/** Bans in the embedded store. */
export class SqliteBanStore implements BanStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async record(decision: BanDecision): Promise<BanDecision> {
    const { playerId } = decision;
    const [, found] = await this.#db.write(
      { sql: RECORD, params: { ...decision } },
      { sql: FIND, params: { playerId } },
    );
    const row = found?.rows[0];
    return row ? toDecision(row) : decision;
  }

  async find(playerId: string): Promise<BanDecision | null> {
    const [row] = await this.#db.read({ sql: FIND, params: { playerId } });
    return row ? toDecision(row) : null;
  }

  async forgetPlayer(playerId: string): Promise<void> {
    await this.#db.write({
      sql: 'DELETE FROM bans WHERE player_id = :playerId',
      params: { playerId },
    });
  }
}

function toDecision(row: SqlRow): BanDecision {
  const { reason, until_ms: untilMs } = row;
  return {
    playerId: String(row['player_id']),
    decidedAtMs: Number(row['decided_at_ms']),
    reason: reason === null ? null : String(reason),
    untilMs: untilMs === null ? null : Number(untilMs),
  };
}
