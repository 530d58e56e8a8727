/** How a collection is spread over shards, and what it is looked up by. */
export interface MongoCollectionPlan {
  readonly name: string;
  readonly shardKey: Readonly<Record<string, 1 | 'hashed'>>;
  readonly indexes: readonly Readonly<Record<string, 1>>[];
}
