// Refresh tokens are used once. A family is one sign-in and all that was refreshed from it:
//
//   sign-in ──▶ t1 ──refresh──▶ t2 ──refresh──▶ t3          t1, t2 spent, t3 good
//                │
//                └─ used again: somebody holds a copy. Thief or owner, nobody can tell, so the whole family is revoked
//                   and both have to sign in again (RFC 9700 §4.14.2).

export interface NewRefreshToken {
  readonly tokenHash: string;
  /** Wall clock, ms. */
  readonly expiresAtMs: number;
}

/** One sign-in. */
export interface TokenFamily {
  readonly familyId: string;
  readonly playerId: string;
}

/** A token that somebody shows. The hash is of all of it: one that is known says the truth about whose it is. */
export interface PresentedToken extends TokenFamily {
  readonly tokenHash: string;
}

/** What became of a token that was presented. */
export type Rotation =
  | ({ readonly kind: 'rotated' } & TokenFamily)
  /** It had been spent before; its family is gone now. */
  | ({ readonly kind: 'reused' } & TokenFamily)
  /** Never issued, revoked, or past its time. */
  | { readonly kind: 'unknown' };

/** Where refresh tokens are kept; only their hashes, so that a stolen file signs nobody in. */
export interface RefreshTokenStore {
  /** Starts a family. */
  start(family: TokenFamily, token: NewRefreshToken): Promise<void>;
  /** Whose good token this is; null when it is spent, unknown or past its time. */
  findOwner(token: PresentedToken): Promise<string | null>;
  /** Spends a token and adds its successor, or revokes the family, as one unit. */
  rotate(token: PresentedToken, successor: NewRefreshToken): Promise<Rotation>;
  /** Revokes the family of a token, spent or not. @returns null when there is none */
  revoke(token: PresentedToken): Promise<TokenFamily | null>;
  /** Revokes all families of a player that had begun before. @param startedBeforeMs - wall clock, ms */
  revokePlayer(playerId: string, startedBeforeMs: number): Promise<void>;
}
