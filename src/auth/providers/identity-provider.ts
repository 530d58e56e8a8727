/** What a provider vouches for. */
export interface ExternalIdentity {
  /** Who he is there: unique at the provider, and never given to another. */
  readonly subject: string;
  /** The name he is known by there, where that is a player's name and not a person's; for a new profile. */
  readonly suggestedName?: string;
}

/** What has to be remembered from the way there to the way back; secret. */
export interface RedirectSecrets {
  readonly state: string;
  readonly codeVerifier: string;
  /** Of OpenID Connect: ties the ID token to this attempt. */
  readonly nonce: string;
}

/**
 * Who vouches for players: by sending them to a page of its own and back, or by a ticket that its platform gave to the game.
 *
 * Every method may throw {GameError} `PROVIDER_REFUSED` (it does not confirm) or `PROVIDER_UNAVAILABLE` (it does not answer).
 */
export type IdentityProvider = RedirectProvider | TicketProvider;

export interface RedirectProvider {
  readonly id: string;
  readonly flow: 'redirect';
  /** @param redirectUri - allowed already */
  begin(redirectUri: string, secrets: RedirectSecrets): Promise<URL>;
  /** @param callback - the address the player came back to: `redirectUri` with what the provider added */
  finish(callback: URL, secrets: RedirectSecrets): Promise<ExternalIdentity>;
}

export interface TicketProvider {
  readonly id: string;
  readonly flow: 'ticket';
  check(ticket: string): Promise<ExternalIdentity>;
}
