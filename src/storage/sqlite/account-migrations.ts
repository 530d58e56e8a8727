/** Steps of accounts, in the order they came; appended to the schema as one (migrations.ts). */
export const ACCOUNT_MIGRATIONS: readonly string[] = [
  // When a family began: who signs out everywhere ends what was there, not what comes after.
  `ALTER TABLE refresh_tokens ADD COLUMN started_at_ms INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX refresh_tokens_by_player ON refresh_tokens (player_id);`,
  // Ways into an account. `subject` is who he is to the provider: a hash of a device key, an email address, an opaque id.
  `CREATE TABLE identities (
     provider TEXT NOT NULL,
     subject TEXT NOT NULL,
     player_id TEXT NOT NULL,
     password_hash TEXT,
     linked_at_ms INTEGER NOT NULL,
     PRIMARY KEY (provider, subject),
     UNIQUE (player_id, provider)
   ) STRICT, WITHOUT ROWID;`,
  // The last word on a player. A ban that was lifted stays as a row, or an older one that arrives late would count again.
  `CREATE TABLE bans (
     player_id TEXT PRIMARY KEY,
     decided_at_ms INTEGER NOT NULL,
     reason TEXT,
     until_ms INTEGER
   ) STRICT, WITHOUT ROWID;`,
  // Access tokens that do not count any more, until they would have ended by themselves. `revocation` is JSON.
  `CREATE TABLE revocations (
     revocation TEXT PRIMARY KEY,
     expires_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX revocations_by_expiry ON revocations (expires_at_ms);`,
];
