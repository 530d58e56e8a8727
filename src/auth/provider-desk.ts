import { GameError } from '../errors/game-error.ts';
import type { ProviderListing, ProviderProof, ProviderStart } from '../protocol/rest.ts';
import type { ExternalIdentity, IdentityProvider } from './providers/identity-provider.ts';
import { isAllowedRedirect } from './providers/redirect-allow-list.ts';
import type { RedirectAttempts } from './providers/redirect-attempts.ts';

export interface ProviderDeskDeps {
  readonly providers: ReadonlyMap<string, IdentityProvider>;
  readonly attempts: RedirectAttempts;
  readonly redirectUris: readonly string[];
}

/** Sends players to providers and hears who they are. Not whose player that is: accounts.ts. */
export class ProviderDesk {
  readonly #deps: ProviderDeskDeps;

  constructor(deps: ProviderDeskDeps) {
    this.#deps = deps;
  }

  get listings(): readonly ProviderListing[] {
    return [...this.#deps.providers.values()].map(({ id, flow }) => ({ id, flow }));
  }

  /** @throws {GameError} `PROVIDER_UNKNOWN`, `REDIRECT_FORBIDDEN`, `PROVIDER_UNAVAILABLE` */
  async start(providerId: string, redirectUri: string): Promise<ProviderStart> {
    const provider = this.#provider(providerId);
    if (provider.flow !== 'redirect') throw new GameError('PROVIDER_UNKNOWN');
    if (!isAllowedRedirect(redirectUri, this.#deps.redirectUris)) {
      throw new GameError('REDIRECT_FORBIDDEN', { redirectUri });
    }
    // As URLs write themselves: on the way back it is made of a URL, and has to be the same.
    const { href } = new URL(redirectUri);
    const { attempt, sealed, expiresAtMs } = await this.#deps.attempts.begin(providerId, href);
    const url = await provider.begin(href, attempt);
    return { authorizationUrl: url.href, attempt: sealed, expiresAtMs };
  }

  /** @throws {GameError} `PROVIDER_UNKNOWN`, `PROVIDER_REFUSED`, `PROVIDER_UNAVAILABLE` */
  async identify(providerId: string, proof: ProviderProof): Promise<ExternalIdentity> {
    const provider = this.#provider(providerId);
    if ('ticket' in proof) {
      if (provider.flow !== 'ticket') throw wrongProof(providerId);
      return await provider.check(proof.ticket);
    }
    if (provider.flow !== 'redirect') throw wrongProof(providerId);
    const attempt = await this.#deps.attempts.open(proof.attempt, providerId);
    // Only what the provider added counts: where it was sent is in the attempt.
    const callback = new URL(attempt.redirectUri);
    callback.search = new URL(proof.callbackUrl).search;
    return await provider.finish(callback, attempt);
  }

  #provider(providerId: string): IdentityProvider {
    const provider = this.#deps.providers.get(providerId);
    if (provider === undefined) throw new GameError('PROVIDER_UNKNOWN');
    return provider;
  }
}

function wrongProof(provider: string): GameError {
  return new GameError('PROVIDER_REFUSED', { provider, reason: 'wrong_proof' });
}
