import { randomBytes } from 'node:crypto';

/** Lower case without the look-alikes i, l, o, u (Crockford's base32): safe in URLs, logs and on the phone. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 20;

/**
 * A new opaque id of 100 random bits, e.g. `p_4jq9x0mv7k2tb8c3zr5d`.
 *
 * Random rather than time-ordered (UUIDv7): player ids are public, and when somebody signed up is nobody's business.
 *
 * @param prefix - says what the id names: `p` a player, `s` a sign-in, `v` a revocation
 */
export function randomId(prefix: 'p' | 's' | 'v'): string {
  // 32 letters divide 256, so the low five bits of a byte choose without bias.
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte & 31]);
  return `${prefix}_${letters.join('')}`;
}
