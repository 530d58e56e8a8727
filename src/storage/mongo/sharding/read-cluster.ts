import { mongo } from 'mongoose';
import { findCollection } from '../collection-migrations.ts';
import type { MongoCollectionPlan } from '../collection-plan.ts';
import { REGION_FIELD } from '../collection-validator.ts';
import { MAX_COMMAND_MS } from '../mongo-connection.ts';
import { askMongo } from '../mongo-error.ts';
import type { ClusterState, CollectionState, RangeState, ShardKey } from './cluster-state.ts';
import { ShardingError } from './sharding-error.ts';

const LIMITS = { maxTimeMS: MAX_COMMAND_MS } as const;

// Documents of the config database, as far as we read them.
// https://www.mongodb.com/docs/manual/reference/config-database/
interface ShardDocument {
  readonly _id: string;
  readonly tags?: readonly string[];
}
interface CollectionDocument {
  readonly _id: string;
  readonly key: ShardKey;
  /** Of servers before 5.0: the entry of a collection that is gone. */
  readonly dropped?: boolean;
  /** Since 8.0: one that is not sharded, and was moved to a shard whole. */
  readonly unsplittable?: boolean;
}
interface TagDocument {
  readonly ns: string;
  readonly tag: string;
  readonly min: mongo.Document;
  readonly max: mongo.Document;
}

/**
 * What a cluster has of our collections.
 *
 * @param db - the database they are in
 * @throws {ShardingError} `NOT_A_ROUTER`; {GameError} `STORE_UNAVAILABLE`
 */
export async function readCluster(
  client: mongo.MongoClient,
  db: mongo.Db,
  plans: readonly MongoCollectionPlan[],
): Promise<ClusterState> {
  await assertRouter(db);
  const config = client.db('config');
  const namespaces = plans.map(({ name }) => `${db.databaseName}.${name}`);
  const list = <Document extends mongo.Document>(name: string, filter: mongo.Document) =>
    askMongo(() =>
      config
        .collection<Document>(name)
        .find(filter as never, LIMITS)
        .toArray(),
    );

  const shards = await list<ShardDocument>('shards', {});
  const databases = await list('databases', { _id: db.databaseName });
  const tags = await list<TagDocument>('tags', { ns: { $in: namespaces } });
  const sharded = await list<CollectionDocument>('collections', { _id: { $in: namespaces } });
  const keys = new Map(
    sharded
      .filter(({ dropped, unsplittable }) => dropped !== true && unsplittable !== true)
      .map(({ _id, key }) => [String(_id), key]),
  );
  const collections = new Map<string, CollectionState>();
  for (const { name } of plans) {
    const shardKey = keys.get(`${db.databaseName}.${name}`) ?? null;
    collections.set(name, await readCollection(db, name, shardKey));
  }
  return {
    isDatabaseEnabled: databases.length > 0,
    shards: shards.map(({ _id, tags: zones = [] }) => ({ id: String(_id), zones })),
    collections,
    ranges: tags.map((tag) => rangeOf(tag, tag.ns.slice(db.databaseName.length + 1))),
  };
}

async function assertRouter(db: mongo.Db): Promise<void> {
  const hello = await askMongo(() => db.command({ isMaster: 1 }));
  if (hello['msg'] === 'isdbgrid') return;
  throw new ShardingError(
    'NOT_A_ROUTER',
    'MONGO_URI leads to a server that is no router (mongos) of a sharded cluster, so nothing can be sharded there. Name a mongos; a single replica set needs `db migrate` only.',
  );
}

async function readCollection(
  db: mongo.Db,
  name: string,
  shardKey: ShardKey | null,
): Promise<CollectionState> {
  const found = await askMongo(() => findCollection(db, name));
  if (found === null) return { shardKey, isEmpty: true };
  const first = await askMongo(() =>
    db.collection(name).findOne({}, { projection: { _id: 1 }, ...LIMITS }),
  );
  return { shardKey, isEmpty: first === null, ...found };
}

function rangeOf({ tag, min, max }: TagDocument, collection: string): RangeState {
  return {
    collection,
    zone: tag,
    fromRegion: regionOf(min),
    toRegion: regionOf(max),
    isWhole: isFromSmallest(min) && isFromSmallest(max),
  };
}

function regionOf(bound: mongo.Document): string | null {
  const region: unknown = bound[REGION_FIELD];
  return typeof region === 'string' ? region : null;
}

function isFromSmallest(bound: mongo.Document): boolean {
  return Object.entries(bound)
    .filter(([field]) => field !== REGION_FIELD)
    .every(([, value]) => value instanceof mongo.BSON.MinKey);
}
