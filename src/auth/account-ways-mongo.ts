// An identity in MongoDB is two documents, of two shards, and there is no transaction over them:
//
//   accounts    { _id: p_ann, ways: [{ google, g-1, token: t, phase }] }    all of a player's, changed as one
//   identities  { _id: google/g-1, playerId: p_ann, token: t }              the claim: unique over all shards
//
//   link      way(t) linking ──▶ claim(t): his from here on ──▶ way(t) linked
//   unlink    way(t) leaving: his no more ──▶ claim(t) gone ──▶ way(t) gone
//
// It is his while both are there and the way is not leaving. A way is written before its claim, and a token is never used again: so a
// claim whose way is gone or leaving is dead for good, and whoever wants its subject removes it. A crash leaves steps undone; who reads
// the account next does them, before anything else. Nothing waits, and no clock is asked.

import { GameError } from '../errors/game-error.ts';
import { assertNever } from '../shared/assert-never.ts';
import { MAX_COMMAND_MS } from '../storage/mongo/mongo-connection.ts';
import { askMongo, insertIfNew } from '../storage/mongo/mongo-error.ts';
import type {
  AccountDocument,
  AccountModels,
  AccountWay,
  IdentityClaimDocument,
} from './account-mongo-models.ts';
import type { Identity } from './identity-store.ts';

/** Others that may be faster, before this one gives up. */
const MOST_TRIES = 24;

/** Who somebody is to a provider. */
export type Subject = Pick<Identity, 'provider' | 'subject'>;

/** The documents of accounts, and the steps between them. Every method may throw {GameError} `STORE_UNAVAILABLE`. */
export class MongoAccountWays {
  readonly #models: AccountModels;
  readonly #newToken: () => string;

  constructor(deps: { readonly models: AccountModels; readonly newToken: () => string }) {
    this.#models = deps.models;
    this.#newToken = deps.newToken;
  }

  /** Whose a subject is. */
  async owner(
    subject: Subject,
  ): Promise<{ readonly playerId: string; readonly way: AccountWay } | null> {
    const claim = await this.#readClaim(subject);
    if (claim === null) return null;
    const way = liveWay(await this.#readAccount(claim.playerId), claim);
    return way === undefined ? null : { playerId: claim.playerId, way };
  }

  /** A player's account with all its ways linked: what somebody has left undone is done first. Null: he has none. */
  async settled(playerId: string): Promise<AccountDocument | null> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const account = await this.#readAccount(playerId);
      if (account === null || account.ways.every(({ phase }) => phase === 'linked')) return account;
      const ways: AccountWay[] = [];
      for (const way of account.ways) {
        const settled = await this.#settle(playerId, way);
        if (settled !== null) ways.push(settled);
      }
      await this.write(playerId, account, ways);
    }
    throw new GameError('STORE_UNAVAILABLE', { reason: 'contended' });
  }

  /**
   * Writes the ways of an account; none: it goes.
   *
   * @param before - what it was; null: not there
   * @returns whether it was that still; otherwise nothing is written
   */
  async write(
    playerId: string,
    before: AccountDocument | null,
    ways: readonly AccountWay[],
  ): Promise<boolean> {
    const { accounts } = this.#models;
    const revision = this.#newToken();
    if (before === null) {
      return await insertIfNew(() => accounts.insertOne({ _id: playerId, revision, ways }));
    }
    const filter = { _id: playerId, revision: before.revision };
    if (ways.length === 0) {
      const { deletedCount } = await askMongo(() =>
        accounts.deleteOne(filter).maxTimeMS(MAX_COMMAND_MS).exec(),
      );
      return deletedCount === 1;
    }
    const { matchedCount } = await askMongo(() =>
      accounts.updateOne(filter, { $set: { revision, ways } }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return matchedCount === 1;
  }

  /** Removes the claim of a way that is not in its account any more, or is leaving it. */
  async withdraw(way: Subject & Pick<AccountWay, 'token'>): Promise<void> {
    const filter = { _id: claimId(way), token: way.token };
    await askMongo(() =>
      this.#models.identities.deleteOne(filter).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }

  /** Does the next steps of one way. @returns what it is then; null: it is to go */
  async #settle(playerId: string, way: AccountWay): Promise<AccountWay | null> {
    switch (way.phase) {
      case 'linked':
        return way;
      case 'linking':
        return (await this.#claim(playerId, way)) ? { ...way, phase: 'linked' } : null;
      case 'leaving':
        await this.withdraw(way);
        return null;
      default:
        return assertNever(way.phase);
    }
  }

  /** @returns whether the subject is this way's now */
  async #claim(playerId: string, way: AccountWay): Promise<boolean> {
    const { token } = way;
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const document = { _id: claimId(way), playerId, token };
      if (await insertIfNew(() => this.#models.identities.insertOne(document))) return true;
      const claim = await this.#readClaim(way);
      if (claim?.token === token) return true;
      if (claim !== null && (await this.#isLive(claim))) return false;
      if (claim !== null) await this.withdraw({ ...way, token: claim.token });
    }
    throw new GameError('STORE_UNAVAILABLE', { reason: 'contended' });
  }

  async #isLive(claim: IdentityClaimDocument): Promise<boolean> {
    const { playerId, token } = claim;
    if (liveWay(await this.#readAccount(playerId), claim) !== undefined) return true;
    // A read may be of a primary that is none any more. A claim must not be removed on its word: a write that a majority has is asked.
    const filter = { _id: playerId, ways: { $elemMatch: { token, phase: { $ne: 'leaving' } } } };
    const $set = { revision: this.#newToken() };
    const { matchedCount } = await askMongo(() =>
      this.#models.accounts.updateOne(filter, { $set }).maxTimeMS(MAX_COMMAND_MS).exec(),
    );
    return matchedCount === 1;
  }

  #readAccount(playerId: string): Promise<AccountDocument | null> {
    return askMongo(() =>
      this.#models.accounts.findOne({ _id: playerId }).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }

  #readClaim(subject: Subject): Promise<IdentityClaimDocument | null> {
    const filter = { _id: claimId(subject) };
    return askMongo(() =>
      this.#models.identities.findOne(filter).lean().maxTimeMS(MAX_COMMAND_MS).exec(),
    );
  }
}

function claimId({ provider, subject }: Subject): string {
  return `${provider}/${subject}`;
}

function liveWay(
  account: AccountDocument | null,
  { token }: IdentityClaimDocument,
): AccountWay | undefined {
  return account?.ways.find((way) => way.token === token && way.phase !== 'leaving');
}
