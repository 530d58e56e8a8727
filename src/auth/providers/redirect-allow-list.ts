import { isLoopback } from '../../config/auth-entry.ts';

/**
 * Whether a provider may send players there. Addresses are compared as they are, letter by letter (RFC 9700 §2.1): a pattern would let
 * somebody in. Only the port of a loopback address is free, for installed games that listen where they can (RFC 8252 §7.3).
 */
export function isAllowedRedirect(redirectUri: string, allowed: readonly string[]): boolean {
  if (allowed.includes(redirectUri)) return true;
  const asked = withoutLoopbackPort(redirectUri);
  return asked !== null && allowed.some((each) => withoutLoopbackPort(each) === asked);
}

/** @returns null for what is no http address of this machine */
function withoutLoopbackPort(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  // Not `localhost`: a name may lead elsewhere.
  const isNumeric = isLoopback(url.hostname) && url.hostname !== 'localhost';
  if (url.protocol !== 'http:' || !isNumeric || url.username !== '' || url.hash !== '') return null;
  url.port = '';
  return url.href;
}
