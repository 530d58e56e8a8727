import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { PlayerIdentity, TokenVerifier } from './contract.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'meridian';
const AUDIENCE = 'meridian:players';
/** How far the clocks of two nodes may be apart. */
const CLOCK_TOLERANCE_S = 5;
/** Ours are about 350 characters; what is far longer is not worth hashing. */
const MAX_TOKEN_LENGTH = 2_048;

export interface AccessToken {
  readonly token: string;
  /** Wall clock, ms. */
  readonly expiresAtMs: number;
}

/**
 * Access tokens: JWTs (RFC 7519) signed with one key that all nodes share, so that any of them verifies without asking.
 *
 * They cannot be called back, hence the short life. The name inside is the one at the time of issue.
 */
export class AccessTokens implements TokenVerifier {
  readonly #key: KeyObject;
  readonly #ttlMs: number;
  readonly #clock: Clock;

  /** @param options.secret - at least 32 characters; empty: a random key, so tokens end with this process */
  constructor(
    deps: { readonly clock: Clock },
    options: { readonly secret: string; readonly ttlMs: number },
  ) {
    this.#key = createSecretKey(
      options.secret === '' ? randomBytes(32) : Buffer.from(options.secret, 'utf8'),
    );
    this.#ttlMs = options.ttlMs;
    this.#clock = deps.clock;
  }

  async issue(player: PlayerIdentity): Promise<AccessToken> {
    // JWT times are whole seconds; what we tell the client is what the token says.
    const issuedAtS = Math.floor(this.#clock.wallMs() / 1_000);
    const expiresAtS = issuedAtS + Math.ceil(this.#ttlMs / 1_000);
    const token = await new SignJWT({ name: player.displayName })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(player.playerId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(this.#key);
    return { token, expiresAtMs: expiresAtS * 1_000 };
  }

  async verify(accessToken: string): Promise<PlayerIdentity> {
    if (accessToken.length > MAX_TOKEN_LENGTH) throw new GameError('TOKEN_INVALID');
    const { sub, name } = await this.#payloadOf(accessToken);
    if (typeof sub !== 'string' || typeof name !== 'string') throw new GameError('TOKEN_INVALID');
    return { playerId: sub, displayName: name };
  }

  async #payloadOf(accessToken: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(accessToken, this.#key, {
        // Pinned: the token's own header must not choose how it is checked (RFC 8725 §3.1).
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'jti', 'iat', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.#clock.wallMs()),
      });
      return payload;
    } catch (error) {
      throw toTokenError(error);
    }
  }
}

function toTokenError(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new GameError('TOKEN_EXPIRED', {}, { cause: error });
  if (error instanceof errors.JOSEError)
    return new GameError('TOKEN_INVALID', {}, { cause: error });
  return error;
}
