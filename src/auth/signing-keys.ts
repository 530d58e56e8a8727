import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { errors, type JWTHeaderParameters } from 'jose';
import type { SigningKeyEntry } from '../config/auth-entry.ts';

// Which key signs access tokens, and which are believed.
//
//   rotation:  [old]  ──▶  [old, new]  ──▶  [new, old]  ──▶  [new]
//              all sign    all know new     new signs        old is forgotten, once no token of it can be alive
//
// Each step is a rolling restart; no token is refused on the way.

/** A key that signs, with what the header says of it. */
export interface Signer {
  readonly key: KeyObject;
  readonly header: { readonly alg: string; readonly kid?: string };
}

/** Public keys, as `/.well-known/jwks.json` has them (RFC 7517). */
export interface JsonWebKeySet {
  readonly keys: readonly PublicJsonWebKey[];
}

export type PublicJsonWebKey = Readonly<Record<string, string>>;

const SECRET_ALGORITHM = 'HS256';

/** The keys of access tokens: `auth.signingKeys`, and `auth.jwtSecret`. */
export class SigningKeys {
  readonly signer: Signer;
  /** Of the asymmetric keys. */
  readonly jwks: JsonWebKeySet;
  readonly #secret: KeyObject;
  readonly #byKid: ReadonlyMap<string, { readonly alg: string; readonly key: KeyObject }>;

  /**
   * @param options.secret - at least 32 characters; empty: a random one, so its tokens end with this process
   * @param options.keys - the first signs
   * @throws {TypeError} for a key that is none: a point that is not on its curve
   */
  constructor(options: { readonly secret: string; readonly keys: readonly SigningKeyEntry[] }) {
    const { secret, keys } = options;
    this.#secret = createSecretKey(secret === '' ? randomBytes(32) : Buffer.from(secret, 'utf8'));
    this.#byKid = new Map(
      keys.map((jwk) => [jwk.kid, { alg: jwk.alg, key: publicKeyOf(jwk) } as const]),
    );
    this.jwks = { keys: keys.map(publicJwkOf) };
    const [first] = keys;
    this.signer =
      first === undefined
        ? { key: this.#secret, header: { alg: SECRET_ALGORITHM } }
        : {
            key: createPrivateKey({ key: { ...first }, format: 'jwk' }),
            header: { alg: first.alg, kid: first.kid },
          };
  }

  /**
   * The key that a token's header names. Each has one algorithm: the header does not choose how it is used (RFC 8725 §3.1).
   *
   * @throws {errors.JOSEError} for one that is not ours
   */
  keyOf({ alg, kid }: Partial<JWTHeaderParameters>): KeyObject {
    if (kid === undefined) {
      if (alg === SECRET_ALGORITHM) return this.#secret;
      throw new errors.JOSEAlgNotAllowed('without a kid only the shared secret signs');
    }
    const known = this.#byKid.get(kid);
    if (known === undefined) throw new errors.JWKSNoMatchingKey();
    if (known.alg !== alg) throw new errors.JOSEAlgNotAllowed('another algorithm than the key has');
    return known.key;
  }
}

function publicKeyOf(jwk: SigningKeyEntry): KeyObject {
  return createPublicKey({ key: publicJwkOf(jwk), format: 'jwk' });
}

/** Named one by one: what is secret in a JWK cannot slip through. */
function publicJwkOf({ kid, alg, use, ...jwk }: SigningKeyEntry): PublicJsonWebKey {
  const { kty, crv, x } = jwk;
  return { kty, crv, x, ...(jwk.kty === 'EC' ? { y: jwk.y } : {}), kid, alg, use };
}
