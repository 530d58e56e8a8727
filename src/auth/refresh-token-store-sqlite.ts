import type { Clock } from '../shared/clock.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { SqlResult, SqlStatement } from '../storage/sqlite/sqlite-protocol.ts';
import type {
  NewRefreshToken,
  PresentedToken,
  RefreshTokenStore,
  Rotation,
  TokenFamily,
} from './refresh-token-store.ts';

const START = `
  INSERT INTO refresh_tokens
  VALUES (:tokenHash, :familyId, :playerId, :expiresAtMs, NULL, :nowMs)`;

const IS_GOOD = 'token_hash = :tokenHash AND spent_at_ms IS NULL AND expires_at_ms > :nowMs';

const FIND_OWNER = `SELECT player_id FROM refresh_tokens WHERE ${IS_GOOD}`;

const REVOKE_IF_SPENT = `
  DELETE FROM refresh_tokens
   WHERE family_id = (SELECT family_id FROM refresh_tokens
                       WHERE token_hash = :tokenHash AND spent_at_ms IS NOT NULL)
  RETURNING family_id, player_id`;

/** Before the token is spent, so that both statements ask the same question. */
const ADD_SUCCESSOR = `
  INSERT INTO refresh_tokens
  SELECT :successorHash, family_id, player_id, :successorExpiresAtMs, NULL, started_at_ms
    FROM refresh_tokens WHERE ${IS_GOOD}`;

const SPEND = `
  UPDATE refresh_tokens SET spent_at_ms = :nowMs WHERE ${IS_GOOD} RETURNING family_id, player_id`;

const REVOKE = `
  DELETE FROM refresh_tokens
   WHERE family_id = (SELECT family_id FROM refresh_tokens WHERE token_hash = :tokenHash)
  RETURNING family_id, player_id`;

const REVOKE_PLAYER =
  'DELETE FROM refresh_tokens WHERE player_id = :playerId AND started_at_ms < :startedBeforeMs';

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

  async start({ familyId, playerId }: TokenFamily, token: NewRefreshToken): Promise<void> {
    const params = { familyId, playerId, ...token, nowMs: this.#clock.wallMs() };
    await this.#db.write({ sql: START, params }, this.#sweep());
  }

  async findOwner({ tokenHash }: PresentedToken): Promise<string | null> {
    const params = { tokenHash, nowMs: this.#clock.wallMs() };
    const [row] = await this.#db.read({ sql: FIND_OWNER, params });
    return row ? String(row['player_id']) : null;
  }

  async rotate({ tokenHash }: PresentedToken, successor: NewRefreshToken): Promise<Rotation> {
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
    const reused = familyIn(revoked);
    if (reused !== null) return { kind: 'reused', ...reused };
    const rotated = familyIn(spent);
    return rotated === null ? { kind: 'unknown' } : { kind: 'rotated', ...rotated };
  }

  async revoke({ tokenHash }: PresentedToken): Promise<TokenFamily | null> {
    const [revoked] = await this.#db.write({ sql: REVOKE, params: { tokenHash } });
    return familyIn(revoked);
  }

  async revokePlayer(playerId: string, startedBeforeMs: number): Promise<void> {
    await this.#db.write({ sql: REVOKE_PLAYER, params: { playerId, startedBeforeMs } });
  }

  #sweep(): SqlStatement {
    return { sql: SWEEP, params: { nowMs: this.#clock.wallMs() } };
  }
}

/** The family that a statement returned; all its rows are of one. */
function familyIn(result: SqlResult | undefined): TokenFamily | null {
  const row = result?.rows[0];
  if (row === undefined) return null;
  return { familyId: String(row['family_id']), playerId: String(row['player_id']) };
}
