import { GameError } from '../errors/game-error.ts';
import type { PlayerAccounts, TokenVerifier } from './contract.ts';
import type { Revocations } from './revocations.ts';
import type { AuthService } from './service.ts';
import { welcomeTokens } from './welcome-tokens.ts';

export interface RemoteAuthDeps {
  /** Of the service that runs elsewhere. */
  readonly accounts: PlayerAccounts;
  /** By its keys. */
  readonly tokens: TokenVerifier;
  /** Of the region, where the service announces them. */
  readonly revocations: Pick<Revocations, 'refusalOf' | 'hearLatest'>;
}

/** Auth on a node whose accounts are elsewhere: tokens are verified here, and what this node has asked for it obeys at once. */
export function createRemoteAuth({ accounts, tokens, revocations }: RemoteAuthDeps): AuthService {
  const obeying = async <Result>(asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked;
    } finally {
      await revocations.hearLatest();
    }
  };
  return {
    ...accounts,
    ...welcomeTokens({ tokens, standing: revocations }),
    refresh: async (refreshToken) => {
      try {
        return await accounts.refresh(refreshToken);
      } catch (error) {
        // Perhaps a spent one, and its sign-in has ended.
        const isRefused = error instanceof GameError && error.code === 'TOKEN_INVALID';
        if (isRefused) await revocations.hearLatest();
        throw error;
      }
    },
    signOut: (refreshToken) => obeying(accounts.signOut(refreshToken)),
    signOutEverywhere: (playerId, knownAtMs) =>
      obeying(accounts.signOutEverywhere(playerId, knownAtMs)),
    changePassword: (...asked) => obeying(accounts.changePassword(...asked)),
    ban: (playerId, ban) => obeying(accounts.ban(playerId, ban)),
    liftBan: (playerId) => obeying(accounts.liftBan(playerId)),
    forgetPlayer: (playerId) => obeying(accounts.forgetPlayer(playerId)),
  };
}
