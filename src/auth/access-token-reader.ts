import { errors, type JWTPayload, jwtVerify } from 'jose';
import { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { PlayerIdentity, TokenVerifier } from './contract.ts';
import type { TokenKeys } from './signing-keys.ts';

export const ISSUER = 'meridian';
export const AUDIENCE = 'meridian:players';
/** How far the clocks of two nodes may be apart. */
const CLOCK_TOLERANCE_S = 5;
/** Ours are about 400 characters; what is far longer is not worth hashing. */
const MAX_TOKEN_LENGTH = 2_048;

/** Whom a token is of, by its signature alone: nobody is asked but for keys that are not known yet. */
export class AccessTokenReader implements TokenVerifier {
  readonly #clock: Clock;
  readonly #keys: TokenKeys;

  constructor(deps: { readonly clock: Clock; readonly keys: TokenKeys }) {
    this.#clock = deps.clock;
    this.#keys = deps.keys;
  }

  /** @throws {GameError} also `SERVICE_UNAVAILABLE`, when nobody says whether its key is one */
  async verify(accessToken: string): Promise<PlayerIdentity> {
    if (accessToken.length > MAX_TOKEN_LENGTH) throw new GameError('TOKEN_INVALID');
    const { sub, name, sid, iat } = await this.#payloadOf(accessToken);
    if (typeof sub !== 'string' || typeof name !== 'string') throw new GameError('TOKEN_INVALID');
    return {
      playerId: sub,
      displayName: name,
      // A build that is being replaced issues none yet.
      ...(typeof sid === 'string' ? { signInId: sid } : {}),
      ...(iat === undefined ? {} : { issuedAtMs: Math.round(iat * 1_000) }),
    };
  }

  async #payloadOf(accessToken: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(accessToken, (header) => this.#keys.keyOf(header), {
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
