/** How a collection is spread over shards, and what it is looked up by. */
export interface MongoCollectionPlan {
  readonly name: string;
  readonly shardKey: Readonly<Record<string, 1 | 'hashed'>>;
  readonly indexes: readonly Readonly<Record<string, 1>>[];
  /** Field with the date after which the database removes a document by itself: a TTL index. Absent: it removes none. */
  readonly expiryField?: string;
}
