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
  ...ACCOUNT_MIGRATIONS,
];
