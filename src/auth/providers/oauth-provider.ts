// Authorization code with PKCE and state (OAuth 2.0, RFC 6749, 7636, 9700), and with a nonce where the provider speaks OpenID Connect:
//
//   this server ── begin ──▶ authorizationUrl ──▶ player's browser ──▶ provider's page ──▶ redirectUri?code&state
//   this server ── finish: code, codeVerifier, client secret ──▶ token endpoint ──▶ ID token, or the API that says who it is

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
} from 'openid-client';
import { isLoopback } from '../../config/auth-entry.ts';
import type { ExternalIdentity, RedirectProvider, RedirectSecrets } from './identity-provider.ts';
import { providerFailure, unavailable } from './provider-failure.ts';

/** What a token endpoint answered, as openid-client has checked it. */
export type ProviderTokens = Awaited<ReturnType<typeof authorizationCodeGrant>>;

export interface OAuthProviderOptions {
  readonly id: string;
  /** Its addresses and keys, and how this server proves itself; asked for until it succeeds, then kept. */
  readonly configure: () => Promise<Configuration>;
  readonly scope: string;
  /** Whether it issues ID tokens; then one is demanded, with our nonce. */
  readonly isOpenId: boolean;
  readonly identityOf: (
    tokens: ProviderTokens,
    configuration: Configuration,
  ) => ExternalIdentity | Promise<ExternalIdentity>;
}

/** Longest answer of a provider that is waited for, s. */
export const PROVIDER_TIMEOUT_S = 5;

/** A provider to whose page players go. */
export class OAuthProvider implements RedirectProvider {
  readonly flow = 'redirect';
  readonly #options: OAuthProviderOptions;
  #configuration: Promise<Configuration> | null = null;

  constructor(options: OAuthProviderOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.id;
  }

  async begin(redirectUri: string, secrets: RedirectSecrets): Promise<URL> {
    const configuration = await this.#configured();
    const { scope, isOpenId } = this.#options;
    return buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope,
      state: secrets.state,
      code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
      code_challenge_method: 'S256',
      ...(isOpenId ? { nonce: secrets.nonce } : {}),
    });
  }

  async finish(callback: URL, secrets: RedirectSecrets): Promise<ExternalIdentity> {
    const configuration = await this.#configured();
    const { id, isOpenId, identityOf } = this.#options;
    try {
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: secrets.state,
        pkceCodeVerifier: secrets.codeVerifier,
        ...(isOpenId ? { expectedNonce: secrets.nonce, idTokenExpected: true } : {}),
      });
      return await identityOf(tokens, configuration);
    } catch (error) {
      throw providerFailure(error, id);
    }
  }

  /** Once for all who ask meanwhile; a failure is not kept. */
  async #configured(): Promise<Configuration> {
    this.#configuration ??= this.#options.configure();
    try {
      return await this.#configuration;
    } catch (error) {
      this.#configuration = null;
      throw unavailable(this.#options.id, 'discovery', error);
    }
  }
}

/** `http://` is for a provider on this machine: the configuration lets no other in. */
export function transportOf(server: URL): ((configuration: Configuration) => void)[] {
  return server.protocol === 'http:' && isLoopback(server.hostname) ? [allowInsecureRequests] : [];
}
