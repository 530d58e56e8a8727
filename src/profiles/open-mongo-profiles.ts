import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { MongoLedgerStore } from './ledger-store-mongo.ts';
import { profileModels } from './profile-mongo-models.ts';
import {
  MongoIntentStore,
  MongoPlayerDirectory,
  MongoUsernameStore,
} from './profile-sagas-mongo.ts';
import type { ProfileStorage } from './profile-store.ts';
import { MongoProfileStore } from './profile-store-mongo.ts';

/** Profiles and what belongs to them in MongoDB; the database stays its opener's. */
export function openMongoProfiles(database: MongoDatabase): ProfileStorage {
  const models = profileModels(database.connection);
  return {
    profiles: new MongoProfileStore({ database, models }),
    ledger: new MongoLedgerStore({ models }),
    directory: new MongoPlayerDirectory({ models }),
    usernames: new MongoUsernameStore({ models }),
    intents: new MongoIntentStore({ models }),
  };
}
