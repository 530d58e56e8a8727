import { ACCOUNT_MIGRATIONS } from './account-migrations.ts';

/**
 * The schema of the embedded store, in the order it grew: entry n takes a file from version n to n + 1.
 *
 * Append only. A released entry never changes, because files out there have already run it.
 */
export const MIGRATIONS: readonly string[] = [
  // 1: profiles. `data` and `statistics` are JSON objects. The CHECK bounds what rooms can pile up over a player's life.
  `CREATE TABLE profiles (
     player_id TEXT PRIMARY KEY,
     revision INTEGER NOT NULL,
     display_name TEXT NOT NULL,
     data TEXT NOT NULL,
     statistics TEXT NOT NULL CHECK (octet_length(statistics) <= 65536),
     created_at_ms INTEGER NOT NULL,
     updated_at_ms INTEGER NOT NULL
   ) STRICT;`,
  // 2: refresh tokens, as SHA-256 in base64url. A family is one sign-in and everything refreshed from it.
  `CREATE TABLE refresh_tokens (
     token_hash TEXT PRIMARY KEY,
     family_id TEXT NOT NULL,
     player_id TEXT NOT NULL,
     expires_at_ms INTEGER NOT NULL,
     spent_at_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
   CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at_ms);`,
  // 3: profiles have a home region and an economy. Rows of before were written by nodes whose region had no other name than the
  // default one; PlayerDirectory finds them under it wherever the file is opened. JSON as above; control: lease, move, counters.
  `ALTER TABLE profiles ADD COLUMN home_region TEXT NOT NULL DEFAULT 'local';
   ALTER TABLE profiles ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE profiles ADD COLUMN username TEXT;
   ALTER TABLE profiles ADD COLUMN wallet TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE profiles ADD COLUMN inventory TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE profiles ADD COLUMN sections TEXT NOT NULL DEFAULT '{}';
   ALTER TABLE profiles ADD COLUMN operations TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE profiles ADD COLUMN control TEXT NOT NULL DEFAULT '{}';
   CREATE TABLE ledger (
     player_id TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     home_region TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     at_ms INTEGER NOT NULL,
     entry TEXT NOT NULL,
     PRIMARY KEY (player_id, operation_id, home_region)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX ledger_by_sequence ON ledger (player_id, sequence);
   CREATE TABLE usernames (
     name TEXT PRIMARY KEY,
     player_id TEXT NOT NULL,
     state TEXT NOT NULL,
     token TEXT NOT NULL,
     until_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE intents (
     intent_id TEXT NOT NULL,
     home_region TEXT NOT NULL,
     until_ms INTEGER NOT NULL,
     intent TEXT NOT NULL,
     PRIMARY KEY (intent_id, home_region)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX intents_by_time ON intents (home_region, until_ms);`,
  ...ACCOUNT_MIGRATIONS,
  // What operators did, in the order in which it was written down. `entry` is JSON.
  `CREATE TABLE audit (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     entry TEXT NOT NULL
   ) STRICT;`,
];
