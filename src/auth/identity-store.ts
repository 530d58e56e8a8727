// Ways into an account. A guest has none: his refresh token is all there is of him. Each way he links leads to the same player
// from then on, so a guest who links one has an account, and keeps his id, his profile and his wallet.
//
//   (provider, subject) ──▶ player     one player: two cannot sign in by the same
//   (player, provider)  ──▶ subject    one of a kind: unlink it to have another

/** `device`, `email`, or the id of a provider (`google`). */
export type IdentityKind = string;

export interface Identity {
  readonly provider: IdentityKind;
  /** Who he is to the provider: unique there. A hash of a device key, an email address in lower case, an opaque id. */
  readonly subject: string;
  readonly playerId: string;
  /** Of `email`: in PHC's format; null for all others. */
  readonly passwordHash: string | null;
  /** Wall clock, ms. */
  readonly linkedAtMs: number;
}

export type LinkOutcome =
  | { readonly kind: 'linked' }
  /** Somebody signs in by it already; perhaps this very player. */
  | { readonly kind: 'taken'; readonly playerId: string }
  /** The player has another one of this provider. */
  | { readonly kind: 'exists' };

/** Where identities are kept. Every method may throw {GameError} `STORE_UNAVAILABLE`; a write may then have happened or not. */
export interface IdentityStore {
  find(provider: IdentityKind, subject: string): Promise<Identity | null>;
  /** Of several that link the same at once, one wins. */
  link(identity: Identity): Promise<LinkOutcome>;
  /** In the order they were linked. */
  ofPlayer(playerId: string): Promise<readonly Identity[]>;
  /** Takes one away unless it is the last: of two that unlink the last two at once, one is refused. */
  unlink(playerId: string, provider: IdentityKind): Promise<'unlinked' | 'unknown' | 'last'>;
  /** @returns whether the player has an `email` identity whose password this was: of several changes at once one wins */
  changePassword(
    playerId: string,
    change: { readonly from: string; readonly to: string },
  ): Promise<boolean>;
  /** All of a player that is deleted. */
  forgetPlayer(playerId: string): Promise<void>;
}
