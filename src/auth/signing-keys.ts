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

/** Keys that tokens are believed by. */
export interface TokenKeys {
  /** The key that a token's header names. @throws {errors.JOSEError} for one that is not ours */
  keyOf(header: Partial<JWTHeaderParameters>): KeyObject | Promise<KeyObject>;
}

/** Public keys, as `/.well-known/jwks.json` has them (RFC 7517). */
export interface JsonWebKeySet {
  readonly keys: readonly PublicJsonWebKey[];
}

export type PublicJsonWebKey = Readonly<Record<string, string>>;

const SECRET_ALGORITHM = 'HS256';

/** Public keys by the name that a token's header gives. */
export class PublicKeys {
  readonly #byKid: ReadonlyMap<string, { readonly alg: string; readonly key: KeyObject }>;

  /** @throws {TypeError} for a key that is none: a point that is not on its curve */
  constructor(keys: readonly SigningKeyEntry[]) {
    this.#byKid = new Map(keys.map((jwk) => [jwk.kid, { alg: jwk.alg, key: publicKeyOf(jwk) }]));
  }

  has(kid: string): boolean {
    return this.#byKid.has(kid);
  }

  /**
   * Each has one algorithm: the header does not choose how it is used (RFC 8725 §3.1).
   *
   * @returns null for a name that is not among them @throws {errors.JOSEError} for another algorithm
   */
  find({ alg, kid = '' }: Partial<JWTHeaderParameters>): KeyObject | null {
    const known = this.#byKid.get(kid);
    if (known === undefined) return null;
    if (known.alg !== alg) throw new errors.JOSEAlgNotAllowed('another algorithm than the key has');
    return known.key;
  }
}

/** The keys of access tokens: `auth.signingKeys`, and `auth.jwtSecret`. */
export class SigningKeys implements TokenKeys {
  readonly signer: Signer;
  /** Of the asymmetric keys. */
  readonly jwks: JsonWebKeySet;
  readonly #secret: KeyObject;
  readonly #public: PublicKeys;

  /**
   * @param options.secret - at least 32 characters; empty: a random one, so its tokens end with this process
   * @param options.keys - the first signs
   * @throws {TypeError} for a key that is none: a point that is not on its curve
   */
  constructor(options: { readonly secret: string; readonly keys: readonly SigningKeyEntry[] }) {
    const { secret, keys } = options;
    this.#secret = createSecretKey(secret === '' ? randomBytes(32) : Buffer.from(secret, 'utf8'));
    this.#public = new PublicKeys(keys);
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

  knows(kid: string): boolean {
    return this.#public.has(kid);
  }

  keyOf(header: Partial<JWTHeaderParameters>): KeyObject {
    if (header.kid === undefined) {
      if (header.alg === SECRET_ALGORITHM) return this.#secret;
      throw new errors.JOSEAlgNotAllowed('without a kid only the shared secret signs');
    }
    const key = this.#public.find(header);
    if (key === null) throw new errors.JWKSNoMatchingKey();
    return key;
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
