import { randomUUID } from 'node:crypto';
import { SqliteBanStore } from '../auth/ban-store-sqlite.ts';
import { SqliteIdentityStore } from '../auth/identity-store-sqlite.ts';
import { SqliteRefreshTokenStore } from '../auth/refresh-token-store-sqlite.ts';
import type { AuthDeps } from '../auth/service.ts';
import type { Clock } from '../shared/clock.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';

export type AccountStorage = Pick<AuthDeps, 'identities' | 'refreshTokens' | 'bans'>;

/** Where this node keeps accounts: MongoDB when there is one, otherwise the embedded store. */
export async function openAccountStorage({
  mongo,
  database: db,
  clock,
}: {
  readonly mongo: MongoDatabase | null;
  readonly database: SqliteDatabase;
  readonly clock: Clock;
}): Promise<AccountStorage> {
  if (mongo === null) {
    return {
      identities: new SqliteIdentityStore({ db }),
      refreshTokens: new SqliteRefreshTokenStore({ db, clock }),
      bans: new SqliteBanStore({ db }),
    };
  }
  const { openMongoAccounts } = await import('../auth/open-mongo-accounts.ts');
  return openMongoAccounts(mongo, { clock, newToken: randomUUID });
}
