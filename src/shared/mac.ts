import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 over `parts`, a line each, as base64url. @param parts - none but the last may hold a line break */
export function macOver(key: Uint8Array, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(parts.join('\n')).digest('base64url');
}

/** Whether `mac` is `expected`, in a time that tells nothing of either. */
export function isSameMac(mac: unknown, expected: string): boolean {
  if (typeof mac !== 'string') return false;
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
}
