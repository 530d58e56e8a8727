import { playerRoute, type Route } from '../transport/http/route.ts';
import type { PlayerAccounts } from './contract.ts';
import {
  ChangePasswordBody,
  IdentityListReply,
  IdentityParams,
  LinkBody,
  SessionTokensReply,
} from './schemas.ts';

/** What players do with their own account. */
export function identityRoutes(accounts: PlayerAccounts): readonly Route[] {
  return [
    playerRoute({
      method: 'get',
      path: '/v1/auth/identities',
      operationId: 'listIdentities',
      summary: 'The ways into the account of the caller; none for a guest.',
      status: 200,
      reply: IdentityListReply,
      errors: [],
      handle: ({ caller }) => accounts.identities(caller.playerId),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/auth/identities',
      operationId: 'linkIdentity',
      summary: 'Adds a way into the account of the caller, who stays the player he is.',
      body: LinkBody,
      status: 200,
      reply: IdentityListReply,
      errors: [
        'IDENTITY_TAKEN',
        'IDENTITY_EXISTS',
        'PASSWORD_REFUSED',
        'PROVIDER_UNKNOWN',
        'PROVIDER_REFUSED',
        'PROVIDER_UNAVAILABLE',
      ],
      handle: ({ caller, body, address }) => accounts.link(caller.playerId, body, address),
    }),
    playerRoute({
      method: 'delete',
      path: '/v1/auth/identities/{provider}',
      operationId: 'unlinkIdentity',
      summary: 'Takes away a way into the account, unless it is the last.',
      params: IdentityParams,
      status: 204,
      errors: ['IDENTITY_UNKNOWN', 'IDENTITY_LAST'],
      handle: ({ caller, params }) => accounts.unlink(caller.playerId, params.provider),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/auth/email/password',
      operationId: 'changePassword',
      summary: 'Changes the password and signs out everywhere; the caller gets new tokens.',
      body: ChangePasswordBody,
      status: 200,
      reply: SessionTokensReply,
      errors: ['CREDENTIALS_WRONG', 'IDENTITY_UNKNOWN', 'PASSWORD_REFUSED'],
      handle: ({ caller, body, address }) => accounts.changePassword(caller, body, address),
    }),
    playerRoute({
      method: 'post',
      path: '/v1/auth/sign-out-everywhere',
      operationId: 'signOutEverywhere',
      summary:
        'Ends every sign-in of the caller, on all devices and in all regions within seconds.',
      status: 204,
      errors: [],
      handle: ({ caller }) => accounts.signOutEverywhere(caller.playerId, caller.issuedAtMs),
    }),
  ];
}
