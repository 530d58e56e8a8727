import type { ClusterConfig } from '../../config/play-config.ts';
import type { AuthConfig } from '../../config/service-config.ts';
import { derivedKey, macOver } from '../../shared/mac.ts';

// How nodes know each other on the peer port. The key never travels and no clock is involved (it may be what is broken):
//
//   asking ── GET /renewal   x-meridian-nonce: <fresh>   x-meridian-mac: HMAC(key, "ask" nonce) ──▶ asked
//   asking ◀── {"nodeId", …}                             x-meridian-mac: HMAC(key, "answer" nonce body)
//
// An answer is of this question, because the nonce is in its MAC. A question that is repeated by an eavesdropper changes
// nothing and tells him what he has heard already.

export const NONCE_HEADER = 'x-meridian-nonce';
export const MAC_HEADER = 'x-meridian-mac';

/** The key of the region's nodes: `cluster.secret`, or derived from what they share anyway (RFC 5869). */
export function peerKey(
  cluster: Pick<ClusterConfig, 'secret'>,
  auth: Pick<AuthConfig, 'jwtSecret'>,
): Uint8Array {
  const secret = cluster.secret === '' ? auth.jwtSecret : cluster.secret;
  return derivedKey(secret, 'meridian peers');
}

export function macOf(key: Uint8Array, kind: 'ask' | 'answer', nonce: string, body = ''): string {
  return macOver(key, kind, nonce, body);
}
