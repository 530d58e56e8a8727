import type { GameError } from '../errors/game-error.ts';
import type {
  DeviceSignInRequest,
  EmailSignInRequest,
  EmailSignUpRequest,
  GuestSignInRequest,
  IdentityList,
  LinkRequest,
  ProviderListing,
  ProviderSignInRequest,
  ProviderStart,
  SessionTokens,
} from '../protocol/rest.ts';
import type { BanDecision } from './ban-store.ts';
import type { JsonWebKeySet } from './signing-keys.ts';

/** Who is on the other end of a request or a socket. Rooms see it as `client.auth`. */
export interface PlayerIdentity {
  readonly playerId: string;
  readonly displayName: string;
  /** The sign-in that his token is of; absent where matchmaking took the seat for him. */
  readonly signInId?: string;
  /** When that token was issued; wall clock, ms. */
  readonly issuedAtMs?: number;
}

/** What other features need of auth: proof of who sent a token. */
export interface TokenVerifier {
  /**
   * @param accessToken - the JWT as issued by `/v1/auth/*`
   * @throws {GameError} `TOKEN_INVALID`, `TOKEN_EXPIRED`, `TOKEN_REVOKED` or `PLAYER_BANNED`
   */
  verify(accessToken: string): Promise<PlayerIdentity>;
}

/** Whether players who were let in are still welcome: tokens outlive what they prove. */
export interface PlayerStanding {
  /** @returns `TOKEN_REVOKED` or `PLAYER_BANNED`; null: he may stay */
  refusalOf(player: PlayerIdentity): GameError | null;
}

interface Banning {
  /** Keeps him out, here within a moment and everywhere within seconds. A later decision replaces it. @throws {GameError} `BAD_REQUEST` */
  ban(
    playerId: string,
    ban: { readonly reason: string; readonly untilMs: number | null },
  ): Promise<BanDecision>;
  liftBan(playerId: string): Promise<BanDecision>;
}

/**
 * Players' ways in, their sign-ins and bans, whether they are of this process or of a service elsewhere. Every sign-in may throw
 * {GameError} `PLAYER_BANNED`, everything `STORE_UNAVAILABLE` or `SERVICE_UNAVAILABLE`.
 *
 * `address` is the client's, for limits.
 */
export interface PlayerAccounts extends Banning {
  providers(): Promise<readonly ProviderListing[]>;
  /** Public keys of access tokens. */
  jwks(): Promise<JsonWebKeySet>;
  /** A new player with a profile of his own. @throws {GameError} `BAD_REQUEST` when profiles refuse the name */
  signInGuest(request: GuestSignInRequest): Promise<SessionTokens>;
  /** The device's player, or a new one. @throws {GameError} `BAD_REQUEST` */
  signInDevice(request: DeviceSignInRequest): Promise<SessionTokens>;
  /** @throws {GameError} `IDENTITY_TAKEN`, `PASSWORD_REFUSED`, `BAD_REQUEST`, `RATE_LIMITED` */
  signUp(request: EmailSignUpRequest, address: string): Promise<SessionTokens>;
  /** @throws {GameError} `CREDENTIALS_WRONG`, `RATE_LIMITED` */
  signInEmail(request: EmailSignInRequest, address: string): Promise<SessionTokens>;
  /** @throws {GameError} `PROVIDER_UNKNOWN`, `REDIRECT_FORBIDDEN`, `PROVIDER_UNAVAILABLE`, `RATE_LIMITED` */
  startProvider(provider: string, redirectUri: string, address: string): Promise<ProviderStart>;
  /** @throws {GameError} `PROVIDER_UNKNOWN`, `PROVIDER_REFUSED`, `PROVIDER_UNAVAILABLE`, `BAD_REQUEST`, `RATE_LIMITED` */
  signInProvider(
    provider: string,
    request: ProviderSignInRequest,
    address: string,
  ): Promise<SessionTokens>;
  /** See `Sessions.refresh`. */
  refresh(refreshToken: string): Promise<SessionTokens>;
  /** Ends the token's sign-in. Unknown tokens are fine: the caller is signed out either way. */
  signOut(refreshToken: string): Promise<void>;
  /**
   * @param knownAtMs - when the token was issued that asks for it; wall clock, ms
   * @throws {GameError} `BAD_REQUEST` when that is more than five minutes ahead
   */
  signOutEverywhere(playerId: string, knownAtMs?: number): Promise<void>;
  identities(playerId: string): Promise<IdentityList>;
  /** See `Accounts.link`. @throws {GameError} also `RATE_LIMITED` */
  link(playerId: string, request: LinkRequest, address: string): Promise<IdentityList>;
  /** @throws {GameError} `IDENTITY_UNKNOWN`, `IDENTITY_LAST` */
  unlink(playerId: string, provider: string): Promise<void>;
  /**
   * Changes the password and ends every sign-in: whoever knew the old one is out.
   *
   * @throws {GameError} `IDENTITY_UNKNOWN`, `CREDENTIALS_WRONG`, `PASSWORD_REFUSED`, `RATE_LIMITED`
   */
  changePassword(
    player: { readonly playerId: string; readonly displayName: string },
    change: { readonly from: string; readonly to: string },
    address: string,
  ): Promise<SessionTokens>;
  /** Of a player that is deleted: all that auth keeps of him. His tokens end. */
  forgetPlayer(playerId: string): Promise<void>;
}
