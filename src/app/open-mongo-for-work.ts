import type { mongo } from 'mongoose';
import type { MongoConfig } from '../config/service-config.ts';
import { openMongo } from '../storage/mongo/mongo-connection.ts';
import { DatabaseUsageError } from './database-options.ts';

/** A connection for an operator's command: few sockets, and one that is silent for as long as MongoDB builds an index. */
export interface MongoForWork extends AsyncDisposable {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
}

/** @throws {DatabaseUsageError} without `MONGO_URI`; {GameError} `STORE_UNAVAILABLE` */
export async function openMongoForWork({ uri }: Pick<MongoConfig, 'uri'>): Promise<MongoForWork> {
  if (uri === '') {
    throw new DatabaseUsageError('MONGO_URI is not set: mongodb://host:port/database');
  }
  const opened = await openMongo({ uri, regionId: 'work', minPoolSize: 0, socketSilenceMs: 0 });
  const { db } = opened.connection;
  if (db === undefined) throw new Error('A connection that is open has a database.');
  return {
    client: opened.connection.getClient(),
    db,
    [Symbol.asyncDispose]: () => opened.close(),
  };
}
