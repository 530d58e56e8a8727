// What profiles need beside themselves, in MongoDB: who is where, who has which name, and what is under way.

import { MAX_COMMAND_MS } from '../storage/mongo/mongo-connection.ts';
import { askMongo, insertIfNew } from '../storage/mongo/mongo-error.ts';
import type { LocationDocument, ProfileModels, UsernameDocument } from './profile-mongo-models.ts';
import type {
  Intent,
  IntentStore,
  PlayerDirectory,
  PlayerLocation,
  UsernameEntry,
  UsernameStore,
} from './profile-store.ts';

interface MongoDeps {
  readonly models: ProfileModels;
}

/** A player's id alone does not say which shard has his profile: this does, and it is what makes ids unique over all regions. */
export class MongoPlayerDirectory implements PlayerDirectory {
  readonly #models: ProfileModels;

  constructor(deps: MongoDeps) {
    this.#models = deps.models;
  }

  async locate(playerId: string): Promise<PlayerLocation | null> {
    const found = await askMongo(() =>
      this.#models.directory.findOne({ _id: playerId }).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return found === null ? null : toLocation(found);
  }

  async add(location: PlayerLocation): Promise<PlayerLocation | null> {
    const { playerId, ...rest } = location;
    const isNew = await insertIfNew(() =>
      this.#models.directory.insertOne({ ...rest, _id: playerId }),
    );
    return isNew ? null : await this.locate(playerId);
  }

  async set({ playerId, ...location }: PlayerLocation): Promise<void> {
    const filter = { _id: playerId, epoch: { $lte: location.epoch } };
    await askMongo(() =>
      this.#models.directory.updateOne(filter, { $set: location }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }

  async remove(playerId: string): Promise<void> {
    await askMongo(() =>
      this.#models.directory.deleteOne({ _id: playerId }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }
}

function toLocation({ _id, homeRegion, movingTo, epoch }: LocationDocument): PlayerLocation {
  return { playerId: _id, homeRegion, movingTo, epoch };
}

/** Usernames in MongoDB. The name is the shard key, so equal names meet in one shard and one of them is refused. */
export class MongoUsernameStore implements UsernameStore {
  readonly #models: ProfileModels;

  constructor(deps: MongoDeps) {
    this.#models = deps.models;
  }

  async read(name: string): Promise<UsernameEntry | null> {
    const found = await askMongo(() =>
      this.#models.usernames.findOne({ _id: name }).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return found === null ? null : toUsername(found);
  }

  async add({ name, ...entry }: UsernameEntry): Promise<UsernameEntry | null> {
    const isNew = await insertIfNew(() =>
      this.#models.usernames.insertOne({ ...entry, _id: name }),
    );
    return isNew ? null : await this.read(name);
  }

  async replace(before: UsernameEntry, after: UsernameEntry | null): Promise<boolean> {
    const filter = { _id: before.name, token: before.token };
    if (after === null) {
      const { deletedCount } = await askMongo(() =>
        this.#models.usernames.deleteOne(filter).maxTimeMS(MAX_COMMAND_MS).exec(),
      );
      return deletedCount === 1;
    }
    const { name: _, ...$set } = after;
    const { matchedCount } = await askMongo(() =>
      this.#models.usernames.updateOne(filter, { $set }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return matchedCount === 1;
  }
}

function toUsername({ _id, playerId, state, token, untilMs }: UsernameDocument): UsernameEntry {
  return { name: _id, playerId, state, token, untilMs };
}

/** Work under way, in MongoDB; each region's nodes look for that of their own, in the shards of their zone. */
export class MongoIntentStore implements IntentStore {
  readonly #models: ProfileModels;

  constructor(deps: MongoDeps) {
    this.#models = deps.models;
  }

  async add(intent: Intent): Promise<void> {
    const { intentId, homeRegion, untilMs } = intent;
    // Not new: written down before, by a try whose answer was lost.
    await insertIfNew(() =>
      this.#models.intents.insertOne({ _id: intentId, homeRegion, untilMs, intent }),
    );
  }

  async remove({ intentId, homeRegion }: Pick<Intent, 'intentId' | 'homeRegion'>): Promise<void> {
    await askMongo(() =>
      this.#models.intents
        .deleteOne({ homeRegion, _id: intentId })
        .maxTimeMS(MAX_COMMAND_MS)
        .exec(),
    );
  }

  async due(homeRegion: string, nowMs: number, limit: number): Promise<readonly Intent[]> {
    const found = await askMongo(() =>
      this.#models.intents
        .find({ homeRegion, untilMs: { $lte: nowMs } })
        .sort({ untilMs: 1 })
        .limit(limit)
        .lean()
        .maxTimeMS(MAX_COMMAND_MS)
        .exec(),
    );
    return found.map(({ intent }) => intent);
  }
}
