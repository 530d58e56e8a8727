import { PROFILE_COLLECTIONS } from '../profiles/profile-mongo-models.ts';
import type { MongoCollectionPlan } from '../storage/mongo/collection-plan.ts';

/** Every collection that Meridian keeps in MongoDB: what `db migrate` makes and `db shard` spreads. */
export const ALL_COLLECTIONS: readonly MongoCollectionPlan[] = [...PROFILE_COLLECTIONS];
