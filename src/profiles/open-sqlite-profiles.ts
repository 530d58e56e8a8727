import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { SqliteLedgerStore } from './ledger-store-sqlite.ts';
import {
  SqliteIntentStore,
  SqlitePlayerDirectory,
  SqliteUsernameStore,
} from './profile-sagas-sqlite.ts';
import type { ProfileStorage } from './profile-store.ts';
import { SqliteProfileStore } from './profile-store-sqlite.ts';

/** Profiles and what belongs to them in one SQLite file: the embedded store. */
export function openSqliteProfiles(db: SqliteDatabase): ProfileStorage {
  return {
    profiles: new SqliteProfileStore({ db }),
    ledger: new SqliteLedgerStore({ db }),
    directory: new SqlitePlayerDirectory({ db }),
    usernames: new SqliteUsernameStore({ db }),
    intents: new SqliteIntentStore({ db }),
  };
}
