// What a region has measured, signed, so that a ticket's latencies cannot be invented: a JWT (RFC 7519) that every region can check.
//
//   { iss: 'meridian', aud: 'meridian:latency', sub: <playerId> | 'anonymous:<nonce>', regionId, rttMs, jitterMs, samples, iat, exp }
//
// It proves that somebody with the player's access token was that near to the region, a quarter of an hour ago at most. It does
// not prove where he plays from: who has a machine near the region can ask it to answer.

import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { ClusterConfig } from '../config/play-config.ts';
import { RegionId } from '../config/region-entry.ts';
import type { AuthConfig } from '../config/service-config.ts';
import { GameError } from '../errors/game-error.ts';
import { type LatencyFigures, MOST_PROBE_PINGS, PROBE_PINGS } from '../protocol/regions.ts';
import type { Clock } from '../shared/clock.ts';
import { derivedKey } from '../shared/mac.ts';
import type { CertifiedLatency, LatencyVerifier, TokenExpectation } from './contract.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'meridian';
const AUDIENCE = 'meridian:latency';
const ANONYMOUS = 'anonymous:';
const KEY_BYTES = 32;
/** Life of a token: players do not move between continents within it, and probes are repeated sooner. */
const TTL_S = 15 * 60;
/** How far the clocks of two regions may be apart. */
const CLOCK_TOLERANCE_S = 30;
/** Ours are about 330 characters; what is far longer is not worth hashing. */
const MAX_TOKEN_LENGTH = 1_024;

/** Why a token counts for nothing, as `details.reason` of `LATENCY_INVALID`. */
export type LatencyRefusal =
  /** Not signed by a region with our key, or no latency token at all. */
  | 'forged'
  /** Older than 15 minutes. */
  | 'stale'
  /** From more than 30 s in the future: a clock is wrong. */
  | 'clock'
  /** Of a region that is none of ours, or another one than the ticket says. */
  | 'region'
  /** Of another player, or of nobody. */
  | 'player'
  /** Figures that no measurement has: not finite, negative, too few samples. */
  | 'figures';

const Claims = z.object({
  sub: z.string(),
  iat: z.number(),
  regionId: RegionId,
  rttMs: z.number().min(0).max(60_000),
  jitterMs: z.number().min(0).max(60_000),
  samples: z.number().int().min(PROBE_PINGS).max(MOST_PROBE_PINGS),
});

export interface Measured extends LatencyFigures {
  readonly samples: number;
  /** Null: he did not say who he is. */
  readonly playerId: string | null;
}

/**
 * The key of all regions: derived (RFC 5869) from `cluster.secret`, or from `auth.jwtSecret`; random for a node that has neither.
 * Its own, so that no other token of ours can pass for a latency.
 */
export function latencyKey(
  cluster: Pick<ClusterConfig, 'secret'>,
  auth: Pick<AuthConfig, 'jwtSecret'>,
): Uint8Array {
  const secret = cluster.secret === '' ? auth.jwtSecret : cluster.secret;
  const material = secret === '' ? randomBytes(KEY_BYTES) : secret;
  return derivedKey(material, 'meridian latency');
}

/** Signs what this region has measured, and checks what any region has. */
export class LatencyTokens implements LatencyVerifier {
  readonly #clock: Clock;
  readonly #key: KeyObject;
  readonly #ownRegionId: string;
  readonly #regionIds: ReadonlySet<string>;

  /** @param options.regionIds - of the catalogue */
  constructor(
    deps: { readonly clock: Clock },
    options: {
      readonly key: Uint8Array;
      readonly ownRegionId: string;
      readonly regionIds: readonly string[];
    },
  ) {
    this.#clock = deps.clock;
    this.#key = createSecretKey(options.key);
    this.#ownRegionId = options.ownRegionId;
    this.#regionIds = new Set(options.regionIds);
  }

  async issue({ playerId, rttMs, jitterMs, samples }: Measured): Promise<{
    readonly token: string;
    /** Wall clock, ms. */
    readonly expiresAtMs: number;
  }> {
    const issuedAtS = Math.floor(this.#clock.wallMs() / 1_000);
    const expiresAtS = issuedAtS + TTL_S;
    const token = await new SignJWT({ regionId: this.#ownRegionId, rttMs, jitterMs, samples })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(playerId ?? `${ANONYMOUS}${randomUUID()}`)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(this.#key);
    return { token, expiresAtMs: expiresAtS * 1_000 };
  }

  async verify(token: string, expected: TokenExpectation = {}): Promise<CertifiedLatency> {
    if (token.length > MAX_TOKEN_LENGTH) throw refused('forged');
    const parsed = Claims.safeParse(await this.#payloadOf(token));
    if (!parsed.success) throw refused('figures', parsed.error);
    const { sub, iat, regionId, rttMs, jitterMs, samples } = parsed.data;
    const isExpectedRegion = regionId === (expected.regionId ?? regionId);
    if (!this.#regionIds.has(regionId) || !isExpectedRegion) throw refused('region');
    const playerId = sub.startsWith(ANONYMOUS) ? null : sub;
    if (expected.playerId !== undefined && playerId !== expected.playerId) throw refused('player');
    return { playerId, regionId, rttMs, jitterMs, samples, measuredAtMs: iat * 1_000 };
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        // Pinned: the token's own header must not choose how it is checked (RFC 8725 §3.1).
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'iat', 'exp'],
        // Also says no to a time of issue in the future.
        maxTokenAge: TTL_S,
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.#clock.wallMs()),
      });
      return payload;
    } catch (error) {
      throw toRefusal(error);
    }
  }
}

function toRefusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return refused('stale', error);
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iat') {
    return refused('clock', error);
  }
  if (error instanceof errors.JOSEError) return refused('forged', error);
  return error;
}

function refused(reason: LatencyRefusal, cause?: unknown): GameError {
  return new GameError('LATENCY_INVALID', { reason }, cause === undefined ? {} : { cause });
}
