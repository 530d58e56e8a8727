import { AccessTokenReader } from '../auth/access-token-reader.ts';
import type { PlayerAccounts } from '../auth/contract.ts';
import { FetchedKeys } from '../auth/fetched-keys.ts';
import { createRemoteAuth } from '../auth/remote-auth.ts';
import { SigningKeys } from '../auth/signing-keys.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { Clock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type OpenAccounts, openStanding } from './accounts.ts';

export interface RemoteAccountsDeps {
  readonly config: Pick<MeridianConfig, 'auth' | 'redis'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accounts: PlayerAccounts;
}

/**
 * Accounts on a node whose auth service is elsewhere: it verifies tokens by that one's keys, and knows which the region has revoked.
 *
 * @throws {Error} when Redis does not answer; {TypeError} for a signing key that is none
 */
export async function openRemoteAccounts(
  { config, clock, log, accounts }: RemoteAccountsDeps,
  closers: Closers,
): Promise<OpenAccounts & { readonly keys: FetchedKeys }> {
  const revocations = await openStanding({ config, clock, log }, closers);
  const { jwtSecret: secret, signingKeys } = config.auth;
  const own = new SigningKeys({ secret, keys: signingKeys });
  const keys = new FetchedKeys({ fetch: () => accounts.jwks(), own, clock, log });
  closers.push('auth keys', () => keys.stop());
  await keys.start();
  const tokens = new AccessTokenReader({ clock, keys });
  return { auth: createRemoteAuth({ accounts, tokens, revocations }), revocations, keys };
}
