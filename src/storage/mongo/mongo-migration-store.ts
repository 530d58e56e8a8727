import type { mongo } from 'mongoose';
import { EMPTY_STATE, type MigrationState } from '../migrations/migration-state.ts';
import type { MigrationStore } from '../migrations/migration-store.ts';
import { MAX_COMMAND_MS } from './mongo-connection.ts';
import { askMongo, insertIfNew } from './mongo-error.ts';

const COLLECTION = 'schema';
const ID = 'migrations';

type StateDocument = MigrationState & { readonly _id: string };

/**
 * What a MongoDB database keeps of its migrations: one document, in a collection that is not sharded (it lives in the database's
 * primary shard). One document is what MongoDB changes at once, so no transaction is needed.
 */
export class MongoMigrationStore implements MigrationStore {
  readonly #db: mongo.Db;

  constructor(db: mongo.Db) {
    this.#db = db;
  }

  async read(): Promise<MigrationState> {
    const found = await askMongo(() =>
      this.#collection.findOne({ _id: ID }, { maxTimeMS: MAX_COMMAND_MS }),
    );
    if (found === null) return EMPTY_STATE;
    const { revision, fence, lease, applied } = found;
    return { revision, fence, lease, applied };
  }

  async replace(before: MigrationState, after: MigrationState): Promise<boolean> {
    if (before.revision === 0) {
      return await insertIfNew(() => this.#collection.insertOne({ _id: ID, ...after }));
    }
    const { matchedCount } = await askMongo(() =>
      this.#collection.updateOne(
        { _id: ID, revision: before.revision },
        { $set: { ...after } },
        { maxTimeMS: MAX_COMMAND_MS },
      ),
    );
    return matchedCount === 1;
  }

  /** As the server that answered says. */
  async nowMs(): Promise<number> {
    // The old name: see openMongo.
    const hello = await askMongo(() => this.#db.command({ isMaster: 1 }));
    return (hello['localTime'] as Date).getTime();
  }

  get #collection(): mongo.Collection<StateDocument> {
    return this.#db.collection<StateDocument>(COLLECTION);
  }
}
