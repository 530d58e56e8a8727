import type { GameError } from '../errors/game-error.ts';

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
