import type { IdentityList } from '../protocol/rest.ts';
import type { RpcCalls } from '../transport/rpc/rpc-contract.ts';
import type { AUTH_RPC } from './auth-rpc.ts';
import type { PlayerAccounts } from './contract.ts';

/** Accounts of a service that runs elsewhere; throws what it throws, and `SERVICE_UNAVAILABLE`. */
export function authClient(calls: RpcCalls<typeof AUTH_RPC>): PlayerAccounts {
  return {
    providers: async () => (await calls.listProviders({})).providers,
    jwks: () => calls.getJwks({}),
    signInGuest: (request) => calls.signInGuest(request),
    signInDevice: (request) => calls.signInDevice(request),
    signUp: ({ email, password, ...name }, address) =>
      calls.signUp({ account: { email, password }, ...name, address }),
    signInEmail: (account, address) => calls.signInEmail({ account, address }),
    startProvider: (provider, redirectUri, address) =>
      calls.startProvider({ provider, redirectUri, address }),
    signInProvider: (provider, request, address) =>
      calls.signInProvider({ provider, request, address }),
    refresh: (refreshToken) => calls.refresh({ refreshToken }),
    signOut: (refreshToken) => calls.signOut({ refreshToken }),
    signOutEverywhere: (playerId, knownAtMs) =>
      calls.signOutEverywhere({ playerId, ...(knownAtMs === undefined ? {} : { knownAtMs }) }),
    identities: (playerId) => calls.listIdentities({ playerId }),
    link: (playerId, request, address) => calls.link({ playerId, request, address }),
    unlink: (playerId, provider) => calls.unlink({ playerId, provider }),
    changePassword: ({ playerId, displayName }, { from, to }, address) =>
      calls.changePassword({ playerId, displayName, from, to, address }),
    ban: (playerId, { reason, untilMs }) => calls.ban({ playerId, reason, untilMs }),
    liftBan: (playerId) => calls.liftBan({ playerId }),
    forgetPlayer: (playerId) => calls.forgetPlayer({ playerId }),
  };
}

/** The other end: what the service answers with. */
export function authCalls(accounts: PlayerAccounts): RpcCalls<typeof AUTH_RPC> {
  return {
    listProviders: async () => ({ providers: [...(await accounts.providers())] }),
    getJwks: async () => ({ keys: [...(await accounts.jwks()).keys] }),
    signInGuest: (request) => accounts.signInGuest(request),
    signInDevice: (request) => accounts.signInDevice(request),
    signUp: ({ account, address, ...name }) => accounts.signUp({ ...account, ...name }, address),
    signInEmail: ({ account, address }) => accounts.signInEmail(account, address),
    startProvider: ({ provider, redirectUri, address }) =>
      accounts.startProvider(provider, redirectUri, address),
    signInProvider: ({ provider, request, address }) =>
      accounts.signInProvider(provider, request, address),
    refresh: ({ refreshToken }) => accounts.refresh(refreshToken),
    signOut: ({ refreshToken }) => accounts.signOut(refreshToken),
    signOutEverywhere: ({ playerId, knownAtMs }) => accounts.signOutEverywhere(playerId, knownAtMs),
    listIdentities: async ({ playerId }) => copied(await accounts.identities(playerId)),
    link: async ({ playerId, request, address }) =>
      copied(await accounts.link(playerId, request, address)),
    unlink: ({ playerId, provider }) => accounts.unlink(playerId, provider),
    changePassword: ({ playerId, displayName, from, to, address }) =>
      accounts.changePassword({ playerId, displayName }, { from, to }, address),
    ban: ({ playerId, reason, untilMs }) => accounts.ban(playerId, { reason, untilMs }),
    liftBan: ({ playerId }) => accounts.liftBan(playerId),
    forgetPlayer: ({ playerId }) => accounts.forgetPlayer(playerId),
  };
}

function copied({ identities }: IdentityList) {
  return { identities: [...identities] };
}
