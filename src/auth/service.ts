import type { AuthConfig } from '../config/service-config.ts';
import { GameError } from '../errors/game-error.ts';
import type { PlayerRegistry } from '../profiles/contract.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { AccessTokens } from './access-tokens.ts';
import { Accounts } from './accounts.ts';
import type { BanStore } from './ban-store.ts';
import { Bans } from './bans.ts';
import type { PlayerAccounts, PlayerStanding, TokenVerifier } from './contract.ts';
import { EmailPasswords } from './email-passwords.ts';
import type { IdentityStore } from './identity-store.ts';
import { ProviderDesk } from './provider-desk.ts';
import type { IdentityProvider } from './providers/identity-provider.ts';
import { RedirectAttempts } from './providers/redirect-attempts.ts';
import type { RefreshTokenStore } from './refresh-token-store.ts';
import type { Revocations } from './revocations.ts';
import { Sessions } from './sessions.ts';
import { SignInLimits } from './sign-in-limits.ts';
import { welcomeTokens } from './welcome-tokens.ts';

export interface AuthDeps {
  readonly config: AuthConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profiles: PlayerRegistry;
  readonly refreshTokens: RefreshTokenStore;
  readonly identities: IdentityStore;
  readonly bans: BanStore;
  readonly revocations: Revocations;
  /** By id. */
  readonly providers: ReadonlyMap<string, IdentityProvider>;
}

/** Accounts, and who a token is of: that is found out in this process, wherever accounts are. */
export interface AuthService extends TokenVerifier, PlayerStanding, PlayerAccounts {}

/** @throws {TypeError} for a signing key that is none */
export function createAuthService(deps: AuthDeps): AuthService {
  const { config, clock, profiles, identities, revocations } = deps;
  const { jwtSecret: secret, signingKeys, accessTokenTtlMs: ttlMs } = config;
  const accessTokens = new AccessTokens({ clock }, { secret, signingKeys, ttlMs });
  const sessions = new Sessions({ ...deps, accessTokens });
  const bans = new Bans(deps);
  const limits = new SignInLimits(config);
  const passwords = new EmailPasswords({ identities, limits });
  const providers = new ProviderDesk({
    providers: deps.providers,
    attempts: new RedirectAttempts({ clock }, secret),
    redirectUris: config.redirectUris,
  });
  const accounts = new Accounts({ clock, profiles, identities, passwords, providers });
  obeyOthers(deps);

  return {
    ...welcomeTokens({ tokens: accessTokens, standing: revocations }),
    providers: async () => providers.listings,
    jwks: async () => accessTokens.jwks,

    signInGuest: async (request) => sessions.start(await accounts.guest(request)),
    signInDevice: async (request) => sessions.start(await accounts.byDevice(request)),
    async signUp(request, address) {
      await limits.admit(address);
      return await sessions.start(await accounts.signUp(request));
    },
    async signInEmail(request, address) {
      await limits.admit(address);
      return await sessions.start(await accounts.byEmail(request, address));
    },
    async startProvider(provider, redirectUri, address) {
      await limits.admit(address);
      return await providers.start(provider, redirectUri);
    },
    async signInProvider(provider, request, address) {
      await limits.admit(address);
      return await sessions.start(await accounts.byProvider(provider, request));
    },
    refresh: (refreshToken) => sessions.refresh(refreshToken),
    signOut: (refreshToken) => sessions.signOut(refreshToken),
    signOutEverywhere: (playerId, knownAtMs) => sessions.signOutEverywhere(playerId, knownAtMs),

    identities: (playerId) => accounts.list(playerId),
    async link(playerId, request, address) {
      if (!('device' in request)) await limits.admit(address);
      return await accounts.link(playerId, request);
    },
    unlink: (playerId, provider) => accounts.unlink(playerId, provider),
    async changePassword(player, change, address) {
      await limits.admit(address);
      await passwords.change(player.playerId, change, address);
      await sessions.signOutEverywhere(player.playerId);
      return await sessions.start(player);
    },

    ban: (playerId, ban) => bans.decide(playerId, ban),
    liftBan: (playerId) => bans.decide(playerId, { reason: null, untilMs: null }),
    async forgetPlayer(playerId) {
      await identities.forgetPlayer(playerId);
      await sessions.signOutEverywhere(playerId);
      await deps.bans.forgetPlayer(playerId);
    },
  };
}

/** What another node or region has decided holds in this one's store too: it may be one of its own. */
function obeyOthers({ revocations, refreshTokens, bans, log }: AuthDeps): void {
  revocations.onRevoked((revocation) => {
    const { kind, playerId, atMs } = revocation;
    let obeyed: Promise<unknown> = Promise.resolve();
    if (kind === 'player') obeyed = refreshTokens.revokePlayer(playerId, atMs);
    if (kind === 'ban') {
      const { reason, untilMs } = revocation;
      obeyed = bans.record({ playerId, decidedAtMs: atMs, reason, untilMs });
    }
    obeyed.catch((error: unknown) => {
      const text =
        'a revocation could not be stored: its access tokens end, its refresh tokens may not';
      if (!(error instanceof GameError)) log.error({ err: error, kind, playerId }, text);
      else log.error({ code: error.code, kind, playerId }, text);
    });
  });
}
