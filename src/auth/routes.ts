import { publicRoute, type Route } from '../transport/http/route.ts';
import type { PlayerAccounts } from './contract.ts';
import { identityRoutes } from './identity-routes.ts';
import {
  DeviceSignInBody,
  EmailSignInBody,
  EmailSignUpBody,
  GuestSignInBody,
  JwksReply,
  ProviderListReply,
  ProviderParams,
  ProviderSignInBody,
  ProviderStartBody,
  ProviderStartReply,
  RefreshBody,
  SessionTokensReply,
} from './schemas.ts';

/** A key is there long before it signs, so caches may be as old as this. */
const JWKS_MAX_AGE_S = 300;

/** REST of accounts: signing in and out, and what is linked. */
export function authRoutes(accounts: PlayerAccounts): readonly Route[] {
  return [
    ...signInRoutes(accounts),
    ...providerRoutes(accounts),
    ...tokenRoutes(accounts),
    ...identityRoutes(accounts),
  ];
}

function signInRoutes(accounts: PlayerAccounts): readonly Route[] {
  return [
    publicRoute({
      method: 'post',
      path: '/v1/auth/guest',
      operationId: 'signInGuest',
      summary: 'Makes a new player and signs him in.',
      body: GuestSignInBody,
      status: 201,
      reply: SessionTokensReply,
      errors: [],
      handle: ({ body }) => accounts.signInGuest(body),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/device',
      operationId: 'signInDevice',
      summary: 'Signs in the player of a device, or makes a new one.',
      body: DeviceSignInBody,
      status: 200,
      reply: SessionTokensReply,
      errors: ['PLAYER_BANNED', 'PROFILE_UNKNOWN'],
      handle: ({ body }) => accounts.signInDevice(body),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/email/sign-up',
      operationId: 'signUpEmail',
      summary: 'Makes a new player with an email address and a password.',
      body: EmailSignUpBody,
      status: 201,
      reply: SessionTokensReply,
      errors: ['IDENTITY_TAKEN', 'PASSWORD_REFUSED'],
      handle: ({ body, address }) => accounts.signUp(body, address),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/email/sign-in',
      operationId: 'signInEmail',
      summary: 'Signs in the player of an email address, by his password.',
      body: EmailSignInBody,
      status: 200,
      reply: SessionTokensReply,
      errors: ['CREDENTIALS_WRONG', 'PLAYER_BANNED', 'PROFILE_UNKNOWN'],
      handle: ({ body, address }) => accounts.signInEmail(body, address),
    }),
  ];
}

function providerRoutes(accounts: PlayerAccounts): readonly Route[] {
  return [
    publicRoute({
      method: 'get',
      path: '/v1/auth/providers',
      operationId: 'listProviders',
      summary: 'Who vouches for players here.',
      status: 200,
      reply: ProviderListReply,
      errors: [],
      handle: async () => ({ providers: await accounts.providers() }),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/providers/{provider}/start',
      operationId: 'startProviderSignIn',
      summary: 'Where to send the player, to sign in or to link.',
      params: ProviderParams,
      body: ProviderStartBody,
      status: 200,
      reply: ProviderStartReply,
      errors: ['PROVIDER_UNKNOWN', 'PROVIDER_UNAVAILABLE', 'REDIRECT_FORBIDDEN'],
      handle: ({ params, body, address }) =>
        accounts.startProvider(params.provider, body.redirectUri, address),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/providers/{provider}/sign-in',
      operationId: 'signInProvider',
      summary: 'Signs in the player that the provider vouches for, or makes a new one.',
      params: ProviderParams,
      body: ProviderSignInBody,
      status: 200,
      reply: SessionTokensReply,
      errors: [
        'PROVIDER_UNKNOWN',
        'PROVIDER_REFUSED',
        'PROVIDER_UNAVAILABLE',
        'PLAYER_BANNED',
        'PROFILE_UNKNOWN',
      ],
      handle: ({ params, body, address }) =>
        accounts.signInProvider(params.provider, body, address),
    }),
  ];
}

function tokenRoutes(accounts: PlayerAccounts): readonly Route[] {
  return [
    publicRoute({
      method: 'post',
      path: '/v1/auth/refresh',
      operationId: 'refreshSession',
      summary:
        'New tokens for a refresh token, which is spent. Using it twice signs out everybody who holds it.',
      body: RefreshBody,
      status: 200,
      reply: SessionTokensReply,
      errors: ['TOKEN_INVALID', 'PLAYER_BANNED'],
      handle: ({ body }) => accounts.refresh(body.refreshToken),
    }),
    publicRoute({
      method: 'post',
      path: '/v1/auth/sign-out',
      operationId: 'signOut',
      summary: 'Ends the sign-in of a refresh token: it, and soon its access tokens everywhere.',
      body: RefreshBody,
      status: 204,
      errors: [],
      handle: ({ body }) => accounts.signOut(body.refreshToken),
    }),
    publicRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      operationId: 'getJsonWebKeySet',
      summary: 'Public keys of access tokens (RFC 7517); none when a shared secret signs them.',
      status: 200,
      reply: JwksReply,
      maxAgeS: JWKS_MAX_AGE_S,
      errors: [],
      handle: () => accounts.jwks(),
    }),
  ];
}
