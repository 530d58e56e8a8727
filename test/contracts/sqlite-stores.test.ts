import { join } from 'node:path';
import { SqliteRefreshTokenStore } from '../../src/auth/refresh-token-store-sqlite.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { profileStoreContract } from './profile-store-contract.ts';
import { refreshTokenStoreContract } from './refresh-token-store-contract.ts';

/** A database of its own, with a clock that stands still until it is set. */
async function openDatabase(kind: 'file' | 'memory') {
  const folder = await temporaryFolder('contract');
  const path = kind === 'file' ? join(folder.path, 'store.sqlite') : ':memory:';
  const db = await SqliteDatabase.open({ path });
  let nowMs = 0;
  return {
    db,
    clock: { wallMs: () => nowMs, monotonicMs: () => nowMs },
    setWallMs: (wallMs: number) => {
      nowMs = wallMs;
    },
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

for (const kind of ['file', 'memory'] as const) {
  profileStoreContract(`SQLite, ${kind}`, async () => {
    const opened = await openDatabase(kind);
    return { ...opened, storage: openSqliteProfiles(opened.db) };
  });
}

refreshTokenStoreContract('SQLite', async () => {
  const opened = await openDatabase('memory');
  const count = async () => {
    const [row] = await opened.db.read({ sql: 'SELECT count(*) AS n FROM refresh_tokens' });
    return Number(row?.['n']);
  };
  return { ...opened, count, store: new SqliteRefreshTokenStore(opened) };
});
