import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

/** A key for one purpose, of a secret that serves several (HKDF-SHA256, RFC 5869): none of them tells of another, or of the secret. */
export function derivedKey(secret: string | Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
}

/**
 * HMAC-SHA256 over `parts`, a line each, as base64url.
 *
 * @param key - a `KeyObject` where it is used often: bytes are made one each time, for three times the work
 * @param parts - none but the last may hold a line break
 */
export function macOver(key: Uint8Array | KeyObject, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(parts.join('\n')).digest('base64url');
}

/** Whether `mac` is `expected`, in a time that tells nothing of either. */
export function isSameMac(mac: unknown, expected: string): boolean {
  if (typeof mac !== 'string') return false;
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}
