/** Who is on the other end of a request or a socket. Rooms see it as `client.auth`. */
export interface PlayerIdentity {
  readonly playerId: string;
  readonly displayName: string;
}

/** What other features need of auth: proof of who sent a token. */
export interface TokenVerifier {
  /**
   * @param accessToken - the JWT as issued by `/v1/auth/*`
   * @throws {GameError} `TOKEN_INVALID` or `TOKEN_EXPIRED`
   */
  verify(accessToken: string): Promise<PlayerIdentity>;
}
