// What a sign-in by redirect needs on its way back, sealed and given to the client to keep: no store, and any node of any region may
// finish what another began. It cannot read it, change it, or use another's; and a code that was stolen from an address (a history, a
// log, a referrer) is worth nothing without it.

import { randomBytes } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { derivedKey } from '../../shared/mac.ts';
import type { RedirectSecrets } from './identity-provider.ts';

/** Time for a player to sign in at the provider, with a second factor and a lost phone. */
const TTL_S = 15 * 60;
const KEY_BYTES = 32;
const ISSUER = 'meridian';
const AUDIENCE = 'meridian:redirect-attempts';

const Attempt = z.object({
  provider: z.string(),
  redirectUri: z.string(),
  state: z.string(),
  codeVerifier: z.string(),
  nonce: z.string(),
});

export type RedirectAttempt = Readonly<z.infer<typeof Attempt>> & RedirectSecrets;

export interface SealedAttempt {
  readonly attempt: RedirectAttempt;
  /** JWE (RFC 7516). */
  readonly sealed: string;
  /** Wall clock, ms. */
  readonly expiresAtMs: number;
}

export class RedirectAttempts {
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  /** @param secret - `auth.jwtSecret`; empty: a random key, so attempts end with this process */
  constructor(deps: { readonly clock: Clock }, secret: string) {
    const material = secret === '' ? randomBytes(KEY_BYTES) : secret;
    this.#key = derivedKey(material, AUDIENCE);
    this.#clock = deps.clock;
  }

  async begin(provider: string, redirectUri: string): Promise<SealedAttempt> {
    const attempt: RedirectAttempt = {
      provider,
      redirectUri,
      state: random(),
      codeVerifier: random(),
      nonce: random(),
    };
    const nowS = Math.floor(this.#clock.wallMs() / 1_000);
    const sealed = await new EncryptJWT({ ...attempt })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + TTL_S)
      .encrypt(this.#key);
    return { attempt, sealed, expiresAtMs: (nowS + TTL_S) * 1_000 };
  }

  /** @throws {GameError} `PROVIDER_REFUSED` for one that is not ours, too old, or of another provider */
  async open(sealed: string, provider: string): Promise<RedirectAttempt> {
    const opened = await this.#decrypt(sealed);
    if (opened === null || opened.provider !== provider) {
      throw new GameError('PROVIDER_REFUSED', { provider, reason: 'attempt_unknown' });
    }
    return opened;
  }

  async #decrypt(sealed: string): Promise<RedirectAttempt | null> {
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#clock.wallMs()),
      });
      return Attempt.parse(payload);
    } catch {
      // Forged, of another key, or past its time: to start again is all one can do.
      return null;
    }
  }
}

/** 256 bits in 43 characters: as many as a code verifier must have (RFC 7636 §4.1). */
function random(): string {
  return randomBytes(32).toString('base64url');
}
