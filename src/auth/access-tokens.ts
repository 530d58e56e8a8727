import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKeyEntry } from '../config/auth-entry.ts';
import type { Clock } from '../shared/clock.ts';
import { AccessTokenReader, AUDIENCE, ISSUER } from './access-token-reader.ts';
import type { PlayerIdentity, TokenVerifier } from './contract.ts';
import { type JsonWebKeySet, SigningKeys } from './signing-keys.ts';

export interface AccessToken {
  readonly token: string;
  /** Wall clock, ms. */
  readonly expiresAtMs: number;
}

/** Whose a token is to be. */
export interface TokenHolder {
  readonly playerId: string;
  readonly displayName: string;
  /** `sid` of the token: the sign-in that it is of. */
  readonly signInId: string;
}

/**
 * Access tokens: JWTs (RFC 7519) signed with a key that all nodes know, so that any of them verifies without asking.
 *
 * They end by themselves, and cannot be called back but by telling every node (revocations.ts), hence the short life. The name
 * inside is the one at the time of issue.
 */
export class AccessTokens implements TokenVerifier {
  readonly #keys: SigningKeys;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #reader: AccessTokenReader;

  /**
   * @param options.secret - at least 32 characters; empty: a random key, so tokens end with this process
   * @param options.signingKeys - the first signs instead of the secret
   */
  constructor(
    deps: { readonly clock: Clock },
    options: {
      readonly secret: string;
      readonly signingKeys?: readonly SigningKeyEntry[];
      readonly ttlMs: number;
    },
  ) {
    const { secret, signingKeys = [], ttlMs } = options;
    this.#keys = new SigningKeys({ secret, keys: signingKeys });
    this.#ttlMs = ttlMs;
    this.#clock = deps.clock;
    this.#reader = new AccessTokenReader({ clock: deps.clock, keys: this.#keys });
  }

  get jwks(): JsonWebKeySet {
    return this.#keys.jwks;
  }

  async issue(holder: TokenHolder): Promise<AccessToken> {
    const nowMs = this.#clock.wallMs();
    // The end is a whole second, as most readers expect; what we tell the client is what the token says. The time of issue has its
    // ms (RFC 7519 §2: a NumericDate may): who signs out everywhere and in again at once is in.
    const expiresAtS = Math.floor(nowMs / 1_000) + Math.ceil(this.#ttlMs / 1_000);
    const { key, header } = this.#keys.signer;
    const token = await new SignJWT({ name: holder.displayName, sid: holder.signInId })
      .setProtectedHeader({ ...header, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(holder.playerId)
      .setJti(randomUUID())
      .setIssuedAt(nowMs / 1_000)
      .setExpirationTime(expiresAtS)
      .sign(key);
    return { token, expiresAtMs: expiresAtS * 1_000 };
  }

  verify(accessToken: string): Promise<PlayerIdentity> {
    return this.#reader.verify(accessToken);
  }
}
