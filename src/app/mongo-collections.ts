import { EVENT_COLLECTIONS } from '../analytics/event-mongo-model.ts';
import { ACCOUNT_COLLECTIONS } from '../auth/account-mongo-models.ts';
import { PROFILE_COLLECTIONS } from '../profiles/profile-mongo-models.ts';
import type { MongoCollectionPlan } from '../storage/mongo/collection-plan.ts';

/** Every collection that Meridian keeps in MongoDB: what `db migrate` makes and `db shard` spreads. */
export const ALL_COLLECTIONS: readonly MongoCollectionPlan[] = [
  ...PROFILE_COLLECTIONS,
  ...ACCOUNT_COLLECTIONS,
  ...EVENT_COLLECTIONS,
];
