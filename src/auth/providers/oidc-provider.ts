import {
  type ClientAuth,
  ClientSecretPost,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import { OAuthProvider, PROVIDER_TIMEOUT_S, transportOf } from './oauth-provider.ts';
import { refused } from './provider-failure.ts';

export interface OidcOptions {
  readonly id: string;
  /** Where its configuration is found (OpenID Connect Discovery 1.0). */
  readonly issuer: string;
  readonly clientId: string;
  /** How this server proves itself; the client's secret in the body is what all take. */
  readonly clientAuth: ClientAuth;
}

/**
 * A provider that speaks OpenID Connect: Google, Apple, Keycloak, Auth0 and many more.
 *
 * No more is asked for than who it is (`openid`): neither email nor name, which nothing here needs to know.
 */
export function openIdProvider({ id, issuer, clientId, clientAuth }: OidcOptions): OAuthProvider {
  const server = new URL(issuer);
  return new OAuthProvider({
    id,
    scope: 'openid',
    isOpenId: true,
    configure: () =>
      discovery(server, clientId, {}, clientAuth, {
        timeout: PROVIDER_TIMEOUT_S,
        // The signature as well, not only whom it came from: a proxy in between may end TLS.
        execute: [...transportOf(server), enableNonRepudiationChecks],
      }),
    identityOf: (tokens) => {
      const subject = tokens.claims()?.sub;
      if (subject === undefined) throw refused(id, 'no_subject');
      return { subject };
    },
  });
}

/** A secret that does not change. */
export function fixedSecret(clientSecret: string): ClientAuth {
  return ClientSecretPost(clientSecret);
}
