import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { SqliteError } from '../storage/sqlite/sqlite-error.ts';
import type { SqlRow, SqlValue } from '../storage/sqlite/sqlite-protocol.ts';
import type { LedgerEntry, ProfileRef } from './contract.ts';
import { LEDGER_OF_PLAYER, toLedgerEntry } from './ledger-store-sqlite.ts';
import type { ProfileRecord } from './profile-record.ts';
import type { ProfileStore } from './profile-store.ts';

const COLUMNS = [
  ...['player_id', 'home_region', 'revision', 'epoch', 'display_name', 'username', 'data'],
  ...['statistics', 'wallet', 'inventory', 'sections', 'operations', 'control'],
  ...['created_at_ms', 'updated_at_ms'],
] as const;

const INSERT = `
  INSERT INTO profiles (${COLUMNS.join(', ')})
  VALUES (${COLUMNS.map((column) => `:${column}`).join(', ')})`;

const THIS_PLAYER = 'player_id = :player_id AND home_region = :home_region';
const READ = `SELECT * FROM profiles WHERE ${THIS_PLAYER}`;

/** A part that has not changed is null here and stays. */
const REPLACE = `
  UPDATE profiles
     SET home_region = :new_home_region,
         revision = :new_revision,
         epoch = :epoch,
         display_name = :display_name,
         username = :username,
         data = coalesce(:data, data),
         statistics = coalesce(:statistics, statistics),
         wallet = coalesce(:wallet, wallet),
         inventory = coalesce(:inventory, inventory),
         sections = coalesce(:sections, sections),
         operations = coalesce(:operations, operations),
         control = :control,
         updated_at_ms = :updated_at_ms
   WHERE ${THIS_PLAYER} AND revision = :revision`;

const REMOVE = `DELETE FROM profiles WHERE ${THIS_PLAYER} AND revision = :revision`;

/** Profiles in the embedded store: one row each, JSON for what has many parts. */
export class SqliteProfileStore implements ProfileStore {
  readonly #db: SqliteDatabase;

  constructor(deps: { readonly db: SqliteDatabase }) {
    this.#db = deps.db;
  }

  async insert(record: ProfileRecord): Promise<boolean> {
    const params = { ...keyOf(record), ...valuesOf(record), ...partsOf(record, null) };
    try {
      await this.#db.write({
        sql: INSERT,
        params: { ...params, revision: record.revision, created_at_ms: record.createdAtMs },
      });
      return true;
    } catch (error) {
      if (error instanceof SqliteError && error.constraint === 'unique') return false;
      throw error;
    }
  }

  async read(ref: ProfileRef): Promise<ProfileRecord | null> {
    const [row] = await this.#db.read({ sql: READ, params: keyOf(ref) });
    return row ? toRecord(row) : null;
  }

  /** There is one copy, and it is near. */
  readNearby(ref: ProfileRef): Promise<ProfileRecord | null> {
    return this.read(ref);
  }

  lastWritten(): null {
    return null;
  }

  async replace(before: ProfileRecord, after: ProfileRecord): Promise<boolean> {
    const [updated] = await this.#db.write({
      sql: REPLACE,
      params: {
        ...keyOf(before),
        revision: before.revision,
        ...valuesOf(after),
        ...partsOf(after, before),
        new_home_region: after.homeRegion,
        new_revision: after.revision,
      },
    });
    return updated?.changes === 1;
  }

  async remove(record: ProfileRecord): Promise<boolean> {
    const params = { ...keyOf(record), revision: record.revision };
    const [removed] = await this.#db.write({ sql: REMOVE, params });
    return removed?.changes === 1;
  }

  async readWhole(
    ref: ProfileRef,
  ): Promise<{ readonly record: ProfileRecord; readonly ledger: readonly LedgerEntry[] } | null> {
    // As a write, so that both questions are asked of the same moment.
    const [profile, rows] = await this.#db.write(
      { sql: READ, params: keyOf(ref) },
      { sql: LEDGER_OF_PLAYER, params: { player_id: ref.playerId } },
    );
    const row = profile?.rows[0];
    return row ? { record: toRecord(row), ledger: (rows?.rows ?? []).map(toLedgerEntry) } : null;
  }

  async ping(): Promise<void> {
    await this.#db.read({ sql: 'SELECT 1' });
  }
}

function keyOf({ playerId, homeRegion }: ProfileRef): Record<string, SqlValue> {
  return { player_id: playerId, home_region: homeRegion };
}

/** What every write sets. */
function valuesOf(record: ProfileRecord): Record<string, SqlValue> {
  const { operationCount, ledgerRegions, lease, moving, claim, isErasing } = record;
  return {
    epoch: record.epoch,
    display_name: record.displayName,
    username: record.username,
    control: JSON.stringify({ operationCount, ledgerRegions, lease, moving, claim, isErasing }),
    updated_at_ms: record.updatedAtMs,
  };
}

const PARTS = ['data', 'statistics', 'wallet', 'inventory', 'sections', 'operations'] as const;

/** The larger parts, null where they are what they were. */
function partsOf(after: ProfileRecord, before: ProfileRecord | null): Record<string, SqlValue> {
  return Object.fromEntries(
    PARTS.map((part) => [
      part,
      after[part] === before?.[part] ? null : JSON.stringify(after[part]),
    ]),
  );
}

/** The rest of a record: small, and of no use to a query. */
type Control = Pick<
  ProfileRecord,
  'operationCount' | 'ledgerRegions' | 'lease' | 'moving' | 'claim' | 'isErasing'
>;

function toRecord(row: SqlRow): ProfileRecord {
  const homeRegion = String(row['home_region']);
  const control = jsonOf<Partial<Control>>(row, 'control');
  return {
    playerId: String(row['player_id']),
    homeRegion,
    revision: Number(row['revision']),
    epoch: Number(row['epoch']),
    displayName: String(row['display_name']),
    username: row['username'] === null ? null : String(row['username']),
    data: jsonOf(row, 'data'),
    statistics: jsonOf(row, 'statistics'),
    wallet: jsonOf(row, 'wallet'),
    inventory: jsonOf(row, 'inventory'),
    sections: jsonOf(row, 'sections'),
    operations: jsonOf(row, 'operations'),
    // Rows of before there were operations have an empty control.
    operationCount: control.operationCount ?? 0,
    ledgerRegions: control.ledgerRegions ?? [homeRegion],
    lease: control.lease ?? null,
    moving: control.moving ?? null,
    claim: control.claim ?? null,
    isErasing: control.isErasing ?? false,
    createdAtMs: Number(row['created_at_ms']),
    updatedAtMs: Number(row['updated_at_ms']),
  };
}

function jsonOf<T>(row: SqlRow, column: string): T {
  return JSON.parse(String(row[column])) as T;
}
