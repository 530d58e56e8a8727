import type { Clock } from '../shared/clock.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { accountModels } from './account-mongo-models.ts';
import { MongoBanStore } from './ban-store-mongo.ts';
import { MongoIdentityStore } from './identity-store-mongo.ts';
import { MongoRefreshTokenStore } from './refresh-token-store-mongo.ts';

/**
 * Accounts in MongoDB; the database stays its opener's.
 *
 * @param deps.newToken - makes tokens that nobody makes twice
 */
export function openMongoAccounts(
  { connection }: MongoDatabase,
  { clock, newToken }: { readonly clock: Clock; readonly newToken: () => string },
) {
  const models = accountModels(connection);
  return {
    models,
    identities: new MongoIdentityStore({ models, newToken }),
    refreshTokens: new MongoRefreshTokenStore({ models, clock }),
    bans: new MongoBanStore({ models }),
  };
}
