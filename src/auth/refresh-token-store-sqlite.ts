import type { Clock } from '../shared/clock.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { SqlStatement } from '../storage/sqlite/sqlite-protocol.ts';
import type { NewRefreshToken, RefreshTokenStore, Rotation } from './refresh-token-store.ts';

const START = `
  INSERT INTO refresh_tokens VALUES (:tokenHash, :familyId, :playerId, :expiresAtMs, NULL)`;

const IS_GOOD = 'token_hash = :tokenHash AND spent_at_ms IS NULL AND expires_at_ms > :nowMs';

const FIND_OWNER = `SELECT player_id FROM refresh_tokens WHERE ${IS_GOOD}`;

const REVOKE_IF_SPENT = `
  DELETE FROM refresh_tokens
   WHERE family_id = (SELECT family_id FROM refresh_tokens
                       WHERE token_hash = :tokenHash AND spent_at_ms IS NOT NULL)
  RETURNING player_id`;

/** Before the token is spent, so that both statements ask the same question. */
const ADD_SUCCESSOR = `
  INSERT INTO refresh_tokens
  SELECT :successorHash, family_id, player_id, :successorExpiresAtMs, NULL
    FROM refresh_tokens WHERE ${IS_GOOD}`;

const SPEND = `UPDATE refresh_tokens SET spent_at_ms = :nowMs WHERE ${IS_GOOD} RETURNING player_id`;

const REVOKE = `
  DELETE FROM refresh_tokens
   WHERE family_id = (SELECT family_id FROM refresh_tokens WHERE token_hash = :tokenHash)`;

/** A few per write: the table stays small without a timer, and no write pays for a big sweep. */
const SWEEP = `
  DELETE FROM refresh_tokens
   WHERE token_hash IN (SELECT token_hash FROM refresh_tokens
                         WHERE expires_at_ms <= :nowMs ORDER BY expires_at_ms LIMIT 8)`;

/** Refresh tokens in the embedded store. */
export class SqliteRefreshTokenStore implements RefreshTokenStore {
  readonly #db: SqliteDatabase;
  readonly #clock: Clock;

  constructor(deps: { readonly db: SqliteDatabase; readonly clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  async start(
    family: { readonly familyId: string; readonly playerId: string },
    token: NewRefreshToken,
  ): Promise<void> {
    await this.#db.write({ sql: START, params: { ...family, ...token } }, this.#sweep());
  }

  async findOwner(tokenHash: string): Promise<string | null> {
    const params = { tokenHash, nowMs: this.#clock.wallMs() };
    const [row] = await this.#db.read({ sql: FIND_OWNER, params });
    return row ? String(row['player_id']) : null;
  }

  async rotate(tokenHash: string, successor: NewRefreshToken): Promise<Rotation> {
    const good = { tokenHash, nowMs: this.#clock.wallMs() };
    const [revoked, , spent] = await this.#db.write(
      { sql: REVOKE_IF_SPENT, params: { tokenHash } },
      {
        sql: ADD_SUCCESSOR,
        params: {
          ...good,
          successorHash: successor.tokenHash,
          successorExpiresAtMs: successor.expiresAtMs,
        },
      },
      { sql: SPEND, params: good },
      this.#sweep(),
    );
    const reusedBy = revoked?.rows[0]?.['player_id'];
    if (reusedBy !== undefined) return { kind: 'reused', playerId: String(reusedBy) };
    const playerId = spent?.rows[0]?.['player_id'];
    return playerId === undefined
      ? { kind: 'unknown' }
      : { kind: 'rotated', playerId: String(playerId) };
  }

  async revoke(tokenHash: string): Promise<void> {
    await this.#db.write({ sql: REVOKE, params: { tokenHash } });
  }

  #sweep(): SqlStatement {
    return { sql: SWEEP, params: { nowMs: this.#clock.wallMs() } };
  }
}
