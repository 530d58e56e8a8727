import type { AuthConfig } from '../config/service-config.ts';
import { GameError } from '../errors/game-error.ts';
import type { PlayerRegistry } from '../profiles/contract.ts';
import type { SessionTokens } from '../protocol/rest.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AccessTokens, TokenHolder } from './access-tokens.ts';
import { type BanStore, isBannedBy } from './ban-store.ts';
import { randomId } from './random-id.ts';
import { mintRefreshToken, readRefreshToken } from './refresh-token.ts';
import type { NewRefreshToken, RefreshTokenStore, TokenFamily } from './refresh-token-store.ts';
import { bannedError } from './revocation-list.ts';
import type { Revocations } from './revocations.ts';

export interface SessionsDeps {
  readonly config: Pick<AuthConfig, 'refreshTokenTtlMs'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly profiles: PlayerRegistry;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokenStore;
  readonly bans: BanStore;
  readonly revocations: Revocations;
}

/** How far the clock of whoever issued a token may be ahead, as of a call between services (peer-call.ts). */
const MOST_AHEAD_MS = 5 * 60_000;

interface MintedToken {
  readonly token: string;
  readonly stored: NewRefreshToken;
}

/** Sign-ins of players who have shown who they are: begun, refreshed, ended. */
export class Sessions {
  readonly #deps: SessionsDeps;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** Begins a sign-in. @throws {GameError} `PLAYER_BANNED` */
  async start(player: {
    readonly playerId: string;
    readonly displayName: string;
  }): Promise<SessionTokens> {
    await this.#refuseBanned(player.playerId);
    const { playerId, displayName } = player;
    const signInId = randomId('s');
    const family = { familyId: signInId, playerId };
    const minted = this.#mint(family);
    await this.#deps.refreshTokens.start(family, minted.stored);
    return await this.#tokensOf({ playerId, displayName, signInId }, minted);
  }

  /**
   * New tokens for a refresh token, which is spent by it.
   *
   * @throws {GameError} `TOKEN_INVALID` when it is unknown, past its time, or spent before: then its family is revoked;
   *   `PLAYER_BANNED`: it is kept, for the time after
   */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const { refreshTokens, profiles } = this.#deps;
    const token = readRefreshToken(refreshToken);
    if (token === null) throw new GameError('TOKEN_INVALID');
    // The profile is read before the token is spent: a store that fails in between costs a retry, not the account.
    const ownerId = await refreshTokens.findOwner(token);
    const player = ownerId === null ? null : await profiles.read(ownerId);
    if (ownerId !== null) await this.#refuseBanned(ownerId);
    const minted = this.#mint(token);
    const rotation = await refreshTokens.rotate(token, minted.stored);
    if (rotation.kind === 'reused') await this.#endStolen(rotation);
    if (rotation.kind !== 'rotated' || !player) throw new GameError('TOKEN_INVALID');
    const { playerId, displayName } = player;
    return await this.#tokensOf({ playerId, displayName, signInId: rotation.familyId }, minted);
  }

  /** Ends the sign-in of a refresh token. Unknown tokens are fine: the caller is signed out either way. */
  async signOut(refreshToken: string): Promise<void> {
    const token = readRefreshToken(refreshToken);
    const family = token === null ? null : await this.#deps.refreshTokens.revoke(token);
    if (family !== null) await this.#announceEnd(family, 'signed-out');
  }

  /**
   * Ends all sign-ins of a player that have begun before now.
   *
   * @param knownAtMs - when the token was issued that asks for it: the clock that issued it may be ahead of this one
   * @throws {GameError} `BAD_REQUEST` for a time that is far ahead: until then he could not sign in
   */
  async signOutEverywhere(playerId: string, knownAtMs = -1): Promise<void> {
    const nowMs = Math.trunc(this.#deps.clock.wallMs());
    if (knownAtMs > nowMs + MOST_AHEAD_MS) {
      throw new GameError('BAD_REQUEST', { knownAtMs }, { message: 'That is yet to come.' });
    }
    const atMs = Math.max(nowMs, knownAtMs + 1);
    await this.#deps.refreshTokens.revokePlayer(playerId, atMs);
    const revocation = { id: randomId('v'), playerId, atMs };
    await this.#deps.revocations.announce({ ...revocation, kind: 'player' });
  }

  async #endStolen(family: TokenFamily): Promise<void> {
    const { familyId, playerId } = family;
    const text = 'spent refresh token used again, family revoked';
    this.#deps.log.warn({ playerId, signInId: familyId }, text);
    await this.#announceEnd(family, 'stolen');
  }

  async #announceEnd(
    { familyId: signInId, playerId }: TokenFamily,
    reason: 'signed-out' | 'stolen',
  ): Promise<void> {
    const atMs = Math.trunc(this.#deps.clock.wallMs());
    const revocation = { id: randomId('v'), playerId, atMs, signInId, reason };
    await this.#deps.revocations.announce({ ...revocation, kind: 'sign-in' });
  }

  async #refuseBanned(playerId: string): Promise<void> {
    const ban = await this.#deps.bans.find(playerId);
    if (ban !== null && isBannedBy(ban, this.#deps.clock.wallMs())) throw bannedError(ban);
  }

  #mint(family: TokenFamily): MintedToken {
    const { text: token, tokenHash } = mintRefreshToken(family);
    const expiresAtMs = this.#deps.clock.wallMs() + this.#deps.config.refreshTokenTtlMs;
    return { token, stored: { tokenHash, expiresAtMs } };
  }

  async #tokensOf(holder: TokenHolder, { token, stored }: MintedToken): Promise<SessionTokens> {
    const access = await this.#deps.accessTokens.issue(holder);
    return {
      playerId: holder.playerId,
      displayName: holder.displayName,
      accessToken: access.token,
      accessTokenExpiresAtMs: access.expiresAtMs,
      refreshToken: token,
      refreshTokenExpiresAtMs: stored.expiresAtMs,
    };
  }
}
