import type { ClientSession } from 'mongoose';
import { mongo } from 'mongoose';
import { MAX_COMMAND_MS, type MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { askMongo, insertIfNew } from '../storage/mongo/mongo-error.ts';
import type { LedgerEntry, ProfileRef } from './contract.ts';
import { ledgerOf } from './ledger-store-mongo.ts';
import type { ProfileDocument, ProfileModels } from './profile-mongo-models.ts';
import type { ProfileRecord } from './profile-record.ts';
import type { ProfileStore } from './profile-store.ts';

/**
 * Profiles in MongoDB. Every filter has the whole shard key, home region and id, so that mongos asks one shard: `findById`
 * and the like would ask all of them.
 */
export class MongoProfileStore implements ProfileStore {
  readonly #database: MongoDatabase;
  readonly #models: ProfileModels;

  constructor(deps: { readonly database: MongoDatabase; readonly models: ProfileModels }) {
    this.#database = deps.database;
    this.#models = deps.models;
  }

  async insert(record: ProfileRecord): Promise<boolean> {
    return await insertIfNew(() => this.#models.profiles.insertOne(toDocument(record)));
  }

  async read(ref: ProfileRef): Promise<ProfileRecord | null> {
    return this.#find(ref, null);
  }

  async readNearby(ref: ProfileRef): Promise<ProfileRecord | null> {
    const { regionId } = this.#database;
    const document = await askMongo(() =>
      this.#models.profiles
        .findOne(keyOf(ref))
        // A copy in this region if there is one, otherwise any.
        .read(mongo.ReadPreference.NEAREST, [{ region: regionId }, {}])
        .readConcern('local')
        .maxTimeMS(MAX_COMMAND_MS)
        .lean()
        .exec(),
    );
    return document === null ? null : toRecord(document);
  }

  lastWritten(): null {
    return null;
  }

  async replace(before: ProfileRecord, after: ProfileRecord): Promise<boolean> {
    const filter = { ...keyOf(before), revision: before.revision };
    const $set = changesBetween(before, after);
    // A changed home region moves the document to another shard: mongos does both halves as one, because the filter has the
    // whole shard key and the write is retryable.
    const { matchedCount } = await askMongo(() =>
      this.#models.profiles.updateOne(filter, { $set }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return matchedCount === 1;
  }

  async remove(record: ProfileRecord): Promise<boolean> {
    const filter = { ...keyOf(record), revision: record.revision };
    const { deletedCount } = await askMongo(() =>
      this.#models.profiles.deleteOne(filter).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return deletedCount === 1;
  }

  async readWhole(
    ref: ProfileRef,
  ): Promise<{ readonly record: ProfileRecord; readonly ledger: readonly LedgerEntry[] } | null> {
    // One causal session: no row of the ledger is read from a copy that is older than the profile.
    const { connection, hasSessions } = this.#database;
    const session = hasSessions ? await connection.startSession({ causalConsistency: true }) : null;
    try {
      const record = await this.#find(ref, session);
      if (record === null) return null;
      const ledger: LedgerEntry[] = [];
      for (const homeRegion of record.ledgerRegions) {
        const rows = ledgerOf(this.#models, { ...ref, homeRegion }, session);
        ledger.push(...(await askMongo(() => rows)));
      }
      return { record, ledger };
    } finally {
      await session?.endSession();
    }
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  async #find(ref: ProfileRef, session: ClientSession | null): Promise<ProfileRecord | null> {
    const document = await askMongo(() =>
      this.#models.profiles
        .findOne(keyOf(ref))
        .session(session)
        .maxTimeMS(MAX_COMMAND_MS)
        .lean()
        .exec(),
    );
    return document === null ? null : toRecord(document);
  }
}

function keyOf({ playerId, homeRegion }: ProfileRef) {
  return { homeRegion, _id: playerId };
}

/** The fields that differ: a change of the wallet does not send the whole profile. */
function changesBetween(before: ProfileRecord, after: ProfileRecord): Partial<ProfileDocument> {
  const changed = Object.keys(after).filter((key) => {
    const field = key as keyof ProfileRecord;
    return field !== 'playerId' && before[field] !== after[field];
  });
  const document = toDocument(after);
  return Object.fromEntries(
    changed.map((field) => [field, document[field as keyof ProfileDocument]]),
  );
}

function toDocument({ playerId, data, sections, ...rest }: ProfileRecord): ProfileDocument {
  return {
    ...rest,
    _id: playerId,
    data: JSON.stringify(data),
    sections: Object.fromEntries(
      Object.entries(sections).map(([name, section]) => [
        name,
        { ...section, value: JSON.stringify(section.value) },
      ]),
    ),
  };
}

function toRecord({ _id, data, sections, ...rest }: ProfileDocument): ProfileRecord {
  return {
    ...rest,
    playerId: _id,
    data: JSON.parse(data) as ProfileRecord['data'],
    sections: Object.fromEntries(
      Object.entries(sections).map(([name, section]) => [
        name,
        { ...section, value: JSON.parse(section.value) as ProfileRecord['data'] },
      ]),
    ),
  };
}
