// A sign-in is one document, and it says which token is good: whoever changes it from his token to the next has spent his.
//
//   sign_ins      { _id: s_1, playerId, tokenHash: t2 }      refresh: t2 ──▶ t3, if it is t2 still
//   spent_tokens  { _id: t1, playerId, familyId: s_1 }       before it is spent: until then it is good, whatever is written here
//
// A token that is neither good nor among the spent ones is nobody's, and ends nothing: the id of a sign-in is no secret, its tokens are.

import type { Clock } from '../shared/clock.ts';
import { MAX_COMMAND_MS } from '../storage/mongo/mongo-connection.ts';
import { askMongo, insertIfNew } from '../storage/mongo/mongo-error.ts';
import type { AccountModels, SignInDocument } from './account-mongo-models.ts';
import type {
  NewRefreshToken,
  PresentedToken,
  RefreshTokenStore,
  Rotation,
  TokenFamily,
} from './refresh-token-store.ts';

/** Refresh tokens in MongoDB, those of one player in one shard. It removes what is past its time by itself. */
export class MongoRefreshTokenStore implements RefreshTokenStore {
  readonly #models: AccountModels;
  readonly #clock: Clock;

  constructor(deps: { readonly models: AccountModels; readonly clock: Clock }) {
    this.#models = deps.models;
    this.#clock = deps.clock;
  }

  async start({ familyId, playerId }: TokenFamily, token: NewRefreshToken): Promise<void> {
    const { tokenHash, expiresAtMs } = token;
    const startedAtMs = this.#clock.wallMs();
    const expiresAt = new Date(expiresAtMs);
    await askMongo(() =>
      this.#models.signIns.insertOne({
        ...{ _id: familyId, playerId, tokenHash, startedAtMs, expiresAt },
      }),
    );
  }

  async findOwner(token: PresentedToken): Promise<string | null> {
    const signIn = await this.#read(token);
    return signIn?.tokenHash === token.tokenHash ? signIn.playerId : null;
  }

  async rotate(token: PresentedToken, successor: NewRefreshToken): Promise<Rotation> {
    const signIn = await this.#read(token);
    if (signIn === null) return { kind: 'unknown' };
    if (signIn.tokenHash === token.tokenHash) {
      await this.#keepSpent(token, signIn);
      if (await this.#spend(token, successor)) return { kind: 'rotated', ...familyOf(token) };
      // Somebody has spent it meanwhile, or the sign-in has ended.
    } else if (!(await this.#isSpent(token))) {
      return { kind: 'unknown' };
    }
    return (await this.#end(token)) ? { kind: 'reused', ...familyOf(token) } : { kind: 'unknown' };
  }

  async revoke(token: PresentedToken): Promise<TokenFamily | null> {
    const signIn = await this.#read(token);
    const isOfIt = signIn?.tokenHash === token.tokenHash || (await this.#isSpent(token));
    return isOfIt && (await this.#end(token)) ? familyOf(token) : null;
  }

  async revokePlayer(playerId: string, startedBeforeMs: number): Promise<void> {
    const filter = { playerId, startedAtMs: { $lt: startedBeforeMs } };
    const { signIns, spentTokens } = this.#models;
    await askMongo(() => signIns.deleteMany(filter).maxTimeMS(MAX_COMMAND_MS).exec());
    await askMongo(() => spentTokens.deleteMany(filter).maxTimeMS(MAX_COMMAND_MS).exec());
  }

  /** The sign-in a token says it is of; null: there is none, or it is past its time. */
  async #read({ familyId, playerId }: TokenFamily): Promise<SignInDocument | null> {
    const filter = { playerId, _id: familyId };
    const found = await askMongo(() =>
      this.#models.signIns.findOne(filter).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    // The database removes it within a minute or so, not at once.
    return found !== null && found.expiresAt.getTime() > this.#clock.wallMs() ? found : null;
  }

  async #isSpent({ familyId, playerId, tokenHash }: PresentedToken): Promise<boolean> {
    const filter = { playerId, _id: tokenHash, familyId };
    const found = await askMongo(() =>
      this.#models.spentTokens.findOne(filter).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return found !== null;
  }

  async #keepSpent(
    { familyId, playerId, tokenHash }: PresentedToken,
    { startedAtMs, expiresAt }: SignInDocument,
  ): Promise<void> {
    const document = { _id: tokenHash, playerId, familyId, startedAtMs, expiresAt };
    // Not new: kept by another who spends it at the same time, or by a try that got no further.
    await insertIfNew(() => this.#models.spentTokens.insertOne(document));
  }

  /** @returns whether it was good still */
  async #spend(token: PresentedToken, successor: NewRefreshToken): Promise<boolean> {
    const { playerId, familyId, tokenHash } = token;
    const filter = { playerId, _id: familyId, tokenHash };
    const expiresAt = new Date(successor.expiresAtMs);
    const $set = { tokenHash: successor.tokenHash, expiresAt };
    const { matchedCount } = await askMongo(() =>
      this.#models.signIns.updateOne(filter, { $set }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return matchedCount === 1;
  }

  /** @returns whether there was something to end */
  async #end({ familyId, playerId }: TokenFamily): Promise<boolean> {
    const { signIns, spentTokens } = this.#models;
    const { deletedCount } = await askMongo(() =>
      signIns.deleteOne({ playerId, _id: familyId }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    const filter = { playerId, familyId };
    await askMongo(() => spentTokens.deleteMany(filter).maxTimeMS(MAX_COMMAND_MS).exec());
    return deletedCount === 1;
  }
}

function familyOf({ familyId, playerId }: PresentedToken): TokenFamily {
  return { familyId, playerId };
}
