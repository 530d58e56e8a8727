import type { ClientSession } from 'mongoose';
import { MAX_COMMAND_MS } from '../storage/mongo/mongo-connection.ts';
import { askMongo, isOnlyDuplicates } from '../storage/mongo/mongo-error.ts';
import type { LedgerEntry, ProfileRef } from './contract.ts';
import type { LedgerDocument, ProfileModels } from './profile-mongo-models.ts';

import type { LedgerStore } from './profile-store.ts';

/** The ledger in MongoDB, beside the profiles of its region. */
export class MongoLedgerStore implements LedgerStore {
  readonly #models: ProfileModels;

  constructor(deps: { readonly models: ProfileModels }) {
    this.#models = deps.models;
  }

  async append({ homeRegion }: ProfileRef, entries: readonly LedgerEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const documents = entries.map((entry) => ({ ...entry, _id: idOf(entry), homeRegion }));
    try {
      // Unordered: rows that are there already stop none of the others.
      await askMongo(() =>
        this.#models.ledger.insertMany(documents, { ordered: false, lean: true }),
      );
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
    }
  }

  async find(ref: ProfileRef, operationId: string): Promise<LedgerEntry | null> {
    const { playerId, homeRegion } = ref;
    const filter = { homeRegion, playerId, _id: idOf({ playerId, operationId }) };
    const found = await askMongo(() =>
      this.#models.ledger.findOne(filter).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return found === null ? null : toEntry(found);
  }

  async erase({ playerId, homeRegion }: ProfileRef): Promise<void> {
    await askMongo(() =>
      this.#models.ledger.deleteMany({ homeRegion, playerId }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }
}

/** All rows of a player in one region, in their order. */
export async function ledgerOf(
  models: ProfileModels,
  { playerId, homeRegion }: ProfileRef,
  session: ClientSession | null,
): Promise<LedgerEntry[]> {
  const rows = await models.ledger
    .find({ homeRegion, playerId })
    .sort({ sequence: 1 })
    .session(session)
    .lean()
    .maxTimeMS(MAX_COMMAND_MS)
    .exec();
  return rows.map(toEntry);
}

function idOf({ playerId, operationId }: Pick<LedgerEntry, 'playerId' | 'operationId'>): string {
  return `${playerId}/${operationId}`;
}

function toEntry({ _id, homeRegion: _, ...entry }: LedgerDocument): LedgerEntry {
  return entry;
}
