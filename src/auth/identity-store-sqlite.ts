import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { SqliteError } from '../storage/sqlite/sqlite-error.ts';
import type { SqlRow } from '../storage/sqlite/sqlite-protocol.ts';
import type { Identity, IdentityStore, LinkOutcome } from './identity-store.ts';

const FIND = 'SELECT * FROM identities WHERE provider = :provider AND subject = :subject';

const LINK = `
  INSERT INTO identities VALUES (:provider, :subject, :playerId, :passwordHash, :linkedAtMs)`;

const OF_PLAYER = `
  SELECT * FROM identities WHERE player_id = :playerId ORDER BY linked_at_ms, provider`;

const UNLINK = `
  DELETE FROM identities
   WHERE player_id = :playerId AND provider = :provider
     AND 1 < (SELECT count(*) FROM identities WHERE player_id = :playerId)
  RETURNING provider`;

const HAS = 'SELECT 1 FROM identities WHERE player_id = :playerId AND provider = :provider';

const CHANGE_PASSWORD = `
  UPDATE identities SET password_hash = :to
   WHERE player_id = :playerId AND provider = 'email' AND password_hash = :from
  RETURNING provider`;

/** Identities in the embedded store. */
export class SqliteIdentityStore implements IdentityStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async find(provider: string, subject: string): Promise<Identity | null> {
    const [row] = await this.#db.read({ sql: FIND, params: { provider, subject } });
    return row ? toIdentity(row) : null;
  }

  async link(identity: Identity): Promise<LinkOutcome> {
    try {
      await this.#db.write({ sql: LINK, params: { ...identity } });
      return { kind: 'linked' };
    } catch (error) {
      if (!(error instanceof SqliteError) || error.constraint !== 'unique') throw error;
      // Which of the two rules refused it; the other's row does not go away by itself.
      const taken = await this.find(identity.provider, identity.subject);
      return taken === null ? { kind: 'exists' } : { kind: 'taken', playerId: taken.playerId };
    }
  }

  async ofPlayer(playerId: string): Promise<readonly Identity[]> {
    return (await this.#db.read({ sql: OF_PLAYER, params: { playerId } })).map(toIdentity);
  }

  async unlink(playerId: string, provider: string): Promise<'unlinked' | 'unknown' | 'last'> {
    const params = { playerId, provider };
    const [unlinked, left] = await this.#db.write({ sql: UNLINK, params }, { sql: HAS, params });
    if (unlinked?.rows.length) return 'unlinked';
    return left?.rows.length ? 'last' : 'unknown';
  }

  async changePassword(
    playerId: string,
    change: { readonly from: string; readonly to: string },
  ): Promise<boolean> {
    const params = { playerId, ...change };
    const [changed] = await this.#db.write({ sql: CHANGE_PASSWORD, params });
    return changed?.rows.length === 1;
  }

  async forgetPlayer(playerId: string): Promise<void> {
    const sql = 'DELETE FROM identities WHERE player_id = :playerId';
    await this.#db.write({ sql, params: { playerId } });
  }
}

function toIdentity(row: SqlRow): Identity {
  const passwordHash = row['password_hash'];
  return {
    provider: String(row['provider']),
    subject: String(row['subject']),
    playerId: String(row['player_id']),
    passwordHash: passwordHash === null ? null : String(passwordHash),
    linkedAtMs: Number(row['linked_at_ms']),
  };
}
