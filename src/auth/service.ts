import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { AuthConfig } from '../config/config.ts';
import { GameError } from '../errors/game-error.ts';
import type { PlayerRegistry } from '../profiles/contract.ts';
import type { GuestSignInRequest, SessionTokens } from '../protocol/rest.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { AccessTokens } from './access-tokens.ts';
import type { PlayerIdentity, TokenVerifier } from './contract.ts';
import { guestName } from './guest-name.ts';
import { randomId } from './random-id.ts';
import type { NewRefreshToken, RefreshTokenStore } from './refresh-token-store.ts';

export interface AuthDeps {
  readonly config: AuthConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profiles: PlayerRegistry;
  readonly refreshTokens: RefreshTokenStore;
}

/** Who players are, and the tokens that prove it. */
export interface AuthService extends TokenVerifier {
  /**
   * A new player with a profile of his own.
   *
   * @throws {GameError} `BAD_REQUEST` when profiles refuse the name
   */
  signInGuest(request: GuestSignInRequest): Promise<SessionTokens>;
  /**
   * New tokens for a refresh token, which is spent by it.
   *
   * @throws {GameError} `TOKEN_INVALID` when it is unknown, past its time, or spent before; then its family is revoked
   */
  refresh(refreshToken: string): Promise<SessionTokens>;
  /** Revokes the token's family. Unknown tokens are fine: the caller is signed out either way. */
  signOut(refreshToken: string): Promise<void>;
}

export function createAuthService(deps: AuthDeps): AuthService {
  const { config, clock, log, profiles, refreshTokens } = deps;
  const accessTokens = new AccessTokens(
    { clock },
    { secret: config.jwtSecret, ttlMs: config.accessTokenTtlMs },
  );

  const mintRefreshToken = (): { readonly token: string; readonly stored: NewRefreshToken } => {
    const token = `r_${randomBytes(32).toString('base64url')}`;
    const expiresAtMs = clock.wallMs() + config.refreshTokenTtlMs;
    return { token, stored: { tokenHash: hashOf(token), expiresAtMs } };
  };

  const sessionOf = async (
    player: PlayerIdentity,
    refreshToken: ReturnType<typeof mintRefreshToken>,
  ): Promise<SessionTokens> => {
    const access = await accessTokens.issue(player);
    return {
      playerId: player.playerId,
      displayName: player.displayName,
      accessToken: access.token,
      accessTokenExpiresAtMs: access.expiresAtMs,
      refreshToken: refreshToken.token,
      refreshTokenExpiresAtMs: refreshToken.stored.expiresAtMs,
    };
  };

  return {
    verify: (accessToken) => accessTokens.verify(accessToken),

    async signInGuest({ displayName = guestName(randomInt) }) {
      const playerId = randomId('p');
      // Two writes: should the second fail, what remains is a profile nobody holds a token for, which harms nobody.
      const player = await profiles.create({ playerId, displayName });
      const minted = mintRefreshToken();
      await refreshTokens.start({ familyId: randomId('s'), playerId }, minted.stored);
      return await sessionOf(player, minted);
    },

    async refresh(refreshToken) {
      const tokenHash = hashOf(refreshToken);
      // The profile is read before the token is spent: a store that fails in between costs a retry, not the account.
      const ownerId = await refreshTokens.findOwner(tokenHash);
      const player = ownerId === null ? null : await profiles.read(ownerId);
      const minted = mintRefreshToken();
      const rotation = await refreshTokens.rotate(tokenHash, minted.stored);
      if (rotation.kind === 'reused') {
        log.warn({ playerId: rotation.playerId }, 'spent refresh token used again, family revoked');
      }
      if (rotation.kind !== 'rotated' || !player) throw new GameError('TOKEN_INVALID');
      return await sessionOf(player, minted);
    },

    signOut: (refreshToken) => refreshTokens.revoke(hashOf(refreshToken)),
  };
}

/** Plain SHA-256 is enough here: the token is 256 random bits, so there is nothing to guess. */
function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
