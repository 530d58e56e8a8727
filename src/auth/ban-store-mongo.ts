import { MAX_COMMAND_MS } from '../storage/mongo/mongo-connection.ts';
import { askMongo, insertIfNew } from '../storage/mongo/mongo-error.ts';
import type { AccountModels } from './account-mongo-models.ts';
import type { BanDecision, BanStore } from './ban-store.ts';

/** Bans in MongoDB: a document for each player of whom something was decided. */
export class MongoBanStore implements BanStore {
  readonly #models: AccountModels;

  constructor(deps: { readonly models: AccountModels }) {
    this.#models = deps.models;
  }

  async record(decision: BanDecision): Promise<BanDecision> {
    const { playerId, ...rest } = decision;
    // Most are the first of their player.
    const isFirst = await insertIfNew(() =>
      this.#models.bans.insertOne({ ...rest, _id: playerId }),
    );
    if (isFirst) return decision;
    // Of two at the same time the first stays, so that one that comes twice changes nothing.
    const filter = { _id: playerId, decidedAtMs: { $lt: decision.decidedAtMs } };
    const { matchedCount } = await askMongo(() =>
      this.#models.bans.updateOne(filter, { $set: rest }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    if (matchedCount === 1) return decision;
    // Null: the player was forgotten meanwhile, and with him what would have counted.
    return (await this.find(playerId)) ?? decision;
  }

  async find(playerId: string): Promise<BanDecision | null> {
    const found = await askMongo(() =>
      this.#models.bans.findOne({ _id: playerId }).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    if (found === null) return null;
    const { _id, decidedAtMs, reason, untilMs } = found;
    return { playerId: _id, decidedAtMs, reason, untilMs };
  }

  async forgetPlayer(playerId: string): Promise<void> {
    await askMongo(() =>
      this.#models.bans.deleteOne({ _id: playerId }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }
}
