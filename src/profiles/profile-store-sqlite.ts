import { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { type ConstraintKind, SqliteError } from '../storage/sqlite/sqlite-error.ts';
import type { SqlRow } from '../storage/sqlite/sqlite-protocol.ts';
import type { Profile } from './contract.ts';
import type { ProfileChange, ProfileStore } from './profile-store.ts';

const CREATE = `
  INSERT INTO profiles VALUES (:playerId, 1, :displayName, '{}', '{}', :nowMs, :nowMs)
  RETURNING *`;

const READ = 'SELECT * FROM profiles WHERE player_id = :playerId';

const UPDATE = `
  UPDATE profiles
     SET revision = revision + 1,
         display_name = coalesce(:displayName, display_name),
         data = coalesce(:data, data),
         updated_at_ms = :nowMs
   WHERE player_id = :playerId AND revision = :ifRevision
  RETURNING *`;

const READ_REVISION = 'SELECT revision FROM profiles WHERE player_id = :playerId';

/** The sum of both objects, key by key, in one statement: nothing can come between reading and writing. */
const ADD_STATISTICS = `
  UPDATE profiles
     SET revision = revision + 1,
         statistics = (
           SELECT json_group_object(key, max(-:limit, min(:limit, total)))
             FROM (SELECT key, sum(value) AS total
                     FROM (SELECT key, value FROM json_each(profiles.statistics)
                           UNION ALL
                           SELECT key, value FROM json_each(:additions))
                    GROUP BY key)),
         updated_at_ms = :nowMs
   WHERE player_id = :playerId
  RETURNING *`;

/** Profiles in the embedded store: one row each, JSON columns for what the game defines. */
export class SqliteProfileStore implements ProfileStore {
  readonly #db: SqliteDatabase;
  readonly #clock: Clock;

  constructor(deps: { readonly db: SqliteDatabase; readonly clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  async create(player: {
    readonly playerId: string;
    readonly displayName: string;
  }): Promise<Profile> {
    const { playerId, displayName } = player;
    const params = { playerId, displayName, nowMs: this.#clock.wallMs() };
    try {
      const [created] = await this.#db.write({ sql: CREATE, params });
      return requireProfile(playerId, created?.rows[0]);
    } catch (error) {
      throw isConstraint(error, 'unique') ? profileExists(playerId, error) : error;
    }
  }

  async read(playerId: string): Promise<Profile | null> {
    const [row] = await this.#db.read({ sql: READ, params: { playerId } });
    return row ? toProfile(row) : null;
  }

  async update(playerId: string, ifRevision: number, change: ProfileChange): Promise<Profile> {
    const params = {
      playerId,
      ifRevision,
      displayName: change.displayName ?? null,
      data: change.data === undefined ? null : JSON.stringify(change.data),
      nowMs: this.#clock.wallMs(),
    };
    const [updated, current] = await this.#db.write(
      { sql: UPDATE, params },
      { sql: READ_REVISION, params: { playerId } },
    );
    const row = updated?.rows[0];
    if (row) return toProfile(row);
    const revision = current?.rows[0]?.['revision'];
    if (revision === undefined) throw new GameError('PROFILE_UNKNOWN', { playerId });
    throw new GameError('REVISION_STALE', { ifRevision, revision });
  }

  async addStatistics(
    playerId: string,
    additions: Readonly<Record<string, number>>,
  ): Promise<Profile> {
    const params = {
      playerId,
      additions: JSON.stringify(additions),
      limit: Number.MAX_SAFE_INTEGER,
      nowMs: this.#clock.wallMs(),
    };
    try {
      const [updated] = await this.#db.write({ sql: ADD_STATISTICS, params });
      return requireProfile(playerId, updated?.rows[0]);
    } catch (error) {
      throw isConstraint(error, 'check') ? tooManyStatistics(playerId, error) : error;
    }
  }

  async ping(): Promise<void> {
    await this.#db.read({ sql: 'SELECT 1' });
  }
}

function isConstraint(error: unknown, kind: ConstraintKind): boolean {
  return error instanceof SqliteError && error.constraint === kind;
}

function profileExists(playerId: string, cause: unknown): GameError {
  return new GameError('PROFILE_EXISTS', { playerId }, { cause });
}

function tooManyStatistics(playerId: string, cause: unknown): GameError {
  const message = 'This profile holds too many statistics.';
  return new GameError('BAD_REQUEST', { playerId }, { cause, message });
}

function requireProfile(playerId: string, row: SqlRow | undefined): Profile {
  if (!row) throw new GameError('PROFILE_UNKNOWN', { playerId });
  return toProfile(row);
}

function toProfile(row: SqlRow): Profile {
  return {
    playerId: String(row['player_id']),
    revision: Number(row['revision']),
    displayName: String(row['display_name']),
    data: JSON.parse(String(row['data'])) as Profile['data'],
    statistics: JSON.parse(String(row['statistics'])) as Profile['statistics'],
    createdAtMs: Number(row['created_at_ms']),
    updatedAtMs: Number(row['updated_at_ms']),
  };
}
