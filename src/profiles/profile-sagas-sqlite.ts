// What profiles need beside themselves, in the embedded store: who is where, who has which name, and what is under way.

import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { SqlRow } from '../storage/sqlite/sqlite-protocol.ts';
import type {
  Intent,
  IntentStore,
  PlayerDirectory,
  PlayerLocation,
  UsernameEntry,
  UsernameStore,
} from './profile-store.ts';

const LOCATE = 'SELECT player_id, home_region, epoch FROM profiles WHERE player_id = :playerId';

/** In one database a profile says itself where it is, so there is nothing that could disagree with it. */
export class SqlitePlayerDirectory implements PlayerDirectory {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async locate(playerId: string): Promise<PlayerLocation | null> {
    const [row] = await this.#db.read({ sql: LOCATE, params: { playerId } });
    if (!row) return null;
    return {
      playerId,
      homeRegion: String(row['home_region']),
      movingTo: null,
      epoch: Number(row['epoch']),
    };
  }

  add({ playerId }: PlayerLocation): Promise<PlayerLocation | null> {
    return this.locate(playerId);
  }

  async set(): Promise<void> {}

  async remove(): Promise<void> {}
}

const READ_NAME = 'SELECT * FROM usernames WHERE name = :name';
const ADD_NAME = `
  INSERT INTO usernames (name, player_id, state, token, until_ms)
  VALUES (:name, :playerId, :state, :token, :untilMs)
  ON CONFLICT DO NOTHING`;
const REPLACE_NAME = `
  UPDATE usernames
     SET player_id = :playerId, state = :state, token = :token, until_ms = :untilMs
   WHERE name = :name AND token = :oldToken`;
const REMOVE_NAME = 'DELETE FROM usernames WHERE name = :name AND token = :oldToken';

/** Usernames in the embedded store. */
export class SqliteUsernameStore implements UsernameStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async read(name: string): Promise<UsernameEntry | null> {
    const [row] = await this.#db.read({ sql: READ_NAME, params: { name } });
    return row ? toUsername(row) : null;
  }

  async add(entry: UsernameEntry): Promise<UsernameEntry | null> {
    const [added, found] = await this.#db.write(
      { sql: ADD_NAME, params: { ...entry } },
      { sql: READ_NAME, params: { name: entry.name } },
    );
    const row = found?.rows[0];
    return added?.changes === 1 || !row ? null : toUsername(row);
  }

  async replace(before: UsernameEntry, after: UsernameEntry | null): Promise<boolean> {
    const key = { name: before.name, oldToken: before.token };
    const [replaced] = await this.#db.write(
      after === null
        ? { sql: REMOVE_NAME, params: key }
        : { sql: REPLACE_NAME, params: { ...after, ...key } },
    );
    return replaced?.changes === 1;
  }
}

function toUsername(row: SqlRow): UsernameEntry {
  return {
    name: String(row['name']),
    playerId: String(row['player_id']),
    state: String(row['state']) as UsernameEntry['state'],
    token: String(row['token']),
    untilMs: Number(row['until_ms']),
  };
}

const ADD_INTENT = `
  INSERT INTO intents (intent_id, home_region, until_ms, intent)
  VALUES (:intentId, :homeRegion, :untilMs, :intent)
  ON CONFLICT DO NOTHING`;
const REMOVE_INTENT =
  'DELETE FROM intents WHERE intent_id = :intentId AND home_region = :homeRegion';
const DUE_INTENTS = `
  SELECT intent FROM intents WHERE home_region = :homeRegion AND until_ms <= :nowMs
   ORDER BY until_ms LIMIT :limit`;

/** Work under way, in the embedded store. */
export class SqliteIntentStore implements IntentStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async add(intent: Intent): Promise<void> {
    const { intentId, homeRegion, untilMs } = intent;
    const params = { intentId, homeRegion, untilMs, intent: JSON.stringify(intent) };
    await this.#db.write({ sql: ADD_INTENT, params });
  }

  async remove({ intentId, homeRegion }: Pick<Intent, 'intentId' | 'homeRegion'>): Promise<void> {
    await this.#db.write({ sql: REMOVE_INTENT, params: { intentId, homeRegion } });
  }

  async due(homeRegion: string, nowMs: number, limit: number): Promise<readonly Intent[]> {
    const params = { homeRegion, nowMs, limit };
    const rows = await this.#db.read({ sql: DUE_INTENTS, params });
    return rows.map((row) => JSON.parse(String(row['intent'])) as Intent);
  }
}
