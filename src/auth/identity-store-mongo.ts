import { untilDecided } from '../storage/until-decided.ts';
import type { AccountDocument, AccountModels, AccountWay } from './account-mongo-models.ts';
import { MongoAccountWays } from './account-ways-mongo.ts';
import { EMAIL } from './email-passwords.ts';
import type { Identity, IdentityStore, LinkOutcome } from './identity-store.ts';

/** Identities in MongoDB; what happens to them there is in account-ways-mongo.ts. */
export class MongoIdentityStore implements IdentityStore {
  readonly #ways: MongoAccountWays;
  readonly #newToken: () => string;

  /** @param deps.newToken - makes tokens that nobody makes twice */
  constructor(deps: { readonly models: AccountModels; readonly newToken: () => string }) {
    this.#ways = new MongoAccountWays(deps);
    this.#newToken = deps.newToken;
  }

  async find(provider: string, subject: string): Promise<Identity | null> {
    const claimed = await this.#ways.owner({ provider, subject });
    return claimed === null ? null : toIdentity(claimed.playerId, claimed.way);
  }

  async link({ playerId, ...given }: Identity): Promise<LinkOutcome> {
    const { provider, subject } = given;
    return await untilDecided(async () => {
      const account = await this.#ways.settled(playerId);
      const taken = await this.#ways.owner(given);
      if (taken !== null) return { kind: 'taken', playerId: taken.playerId };
      const sameKind = account?.ways.find((other) => other.provider === provider);
      if (sameKind !== undefined) {
        // The very same: it left between the two questions.
        return sameKind.subject === subject ? null : { kind: 'exists' };
      }
      const way: AccountWay = { ...given, token: this.#newToken(), phase: 'linking' };
      const ways = [...(account?.ways ?? []), way];
      if (!(await this.#ways.write(playerId, account, ways))) return null;
      const after = await this.#ways.settled(playerId);
      if (after?.ways.some(({ token }) => token === way.token)) return { kind: 'linked' };
      await this.#ways.withdraw(way);
      return null;
    });
  }

  async ofPlayer(playerId: string): Promise<readonly Identity[]> {
    const account = await this.#ways.settled(playerId);
    return (account?.ways ?? [])
      .map((way) => toIdentity(playerId, way))
      .sort((a, b) => a.linkedAtMs - b.linkedAtMs || (a.provider < b.provider ? -1 : 1));
  }

  async unlink(playerId: string, provider: string): Promise<'unlinked' | 'unknown' | 'last'> {
    return await untilDecided(async () => {
      const account = await this.#ways.settled(playerId);
      const leaving = account?.ways.find((way) => way.provider === provider);
      if (!account || !leaving) return 'unknown';
      if (account.ways.length === 1) return 'last';
      const ways = account.ways.map((way) => (way === leaving ? leavingOf(way) : way));
      if (!(await this.#ways.write(playerId, account, ways))) return null;
      await this.#ways.settled(playerId);
      return 'unlinked';
    });
  }

  async changePassword(
    playerId: string,
    { from, to }: { readonly from: string; readonly to: string },
  ): Promise<boolean> {
    const isIt = (way: AccountWay) => way.provider === EMAIL && way.passwordHash === from;
    return await untilDecided(async () => {
      const account = await this.#ways.settled(playerId);
      if (!account?.ways.some(isIt)) return false;
      const ways = account.ways.map((way) => (isIt(way) ? { ...way, passwordHash: to } : way));
      return (await this.#ways.write(playerId, account, ways)) ? true : null;
    });
  }

  async forgetPlayer(playerId: string): Promise<void> {
    await untilDecided(async () => {
      const account: AccountDocument | null = await this.#ways.settled(playerId);
      if (account === null) return true;
      await this.#ways.write(playerId, account, account.ways.map(leavingOf));
      // Looked at once more: somebody may have linked another.
      return null;
    });
  }
}

function leavingOf(way: AccountWay): AccountWay {
  return { ...way, phase: 'leaving' };
}

function toIdentity(playerId: string, { token: _, phase: __, ...way }: AccountWay): Identity {
  return { ...way, playerId };
}
