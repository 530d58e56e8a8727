import type { Clock } from '../shared/clock.ts';
import { parseJson } from '../shared/parse-json.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { Revocation } from './revocation.ts';
import type { RevocationLog } from './revocation-log.ts';

const ADD = 'INSERT OR IGNORE INTO revocations VALUES (:revocation, :expiresAtMs)';

const SWEEP = 'DELETE FROM revocations WHERE expires_at_ms <= :nowMs';

const UNEXPIRED = `
  SELECT revocation FROM revocations WHERE expires_at_ms > :afterMs ORDER BY expires_at_ms`;

/** Revocations of a node that is alone: it forgets none when it restarts, and has nobody to tell. */
export class SqliteRevocationLog implements RevocationLog {
  readonly #db: SqliteDatabase;
  readonly #clock: Clock;

  constructor(deps: { readonly db: SqliteDatabase; readonly clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  async add(revocation: Revocation, expiresAtMs: number): Promise<void> {
    const params = { revocation: JSON.stringify(revocation), expiresAtMs };
    await this.#db.write(
      { sql: ADD, params },
      { sql: SWEEP, params: { nowMs: this.#clock.wallMs() } },
    );
  }

  keep(revocation: Revocation, expiresAtMs: number): Promise<void> {
    return this.add(revocation, expiresAtMs);
  }

  async unexpired(afterMs = this.#clock.wallMs()): Promise<readonly Revocation[]> {
    const rows = await this.#db.read({ sql: UNEXPIRED, params: { afterMs } });
    return rows.flatMap((row) => parseJson(Revocation, String(row['revocation'])) ?? []);
  }

  onAdded(): void {}

  onGap(): void {}
}
