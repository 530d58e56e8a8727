import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { derivedKey, isSameMac, macOver } from '../../shared/mac.ts';

// How services know each other where TLS does not tell: every call carries a MAC over its method and the time, never the key. Whoever
// listens to the wire can repeat a call for some minutes; whoever must fear that sets MERIDIAN_RPC_TLS_*.

const PEER_HEADER = 'meridian-peer';
/** Clocks of nodes may differ by so much. */
const TOLERANCE_MS = 5 * 60_000;

/** The key of calls between services, of the secret that all of them have (RFC 5869). */
export function callKey(secret: string): KeyObject {
  return createSecretKey(derivedKey(secret, 'meridian rpc'));
}

/** @param atMs - wall clock @param path - `/<service>/<Method>` */
export function signCall(metadata: Metadata, key: KeyObject, path: string, atMs: number): void {
  metadata.set(PEER_HEADER, `${atMs}.${macOver(key, 'call', path, String(atMs))}`);
}

/** Whether a call comes from a service that has the key. */
export function isPeerCall(
  metadata: Metadata,
  key: KeyObject,
  path: string,
  nowMs: number,
): boolean {
  const [, atMs = '', mac] = /^(\d{1,15})\.([\w-]+)$/.exec(headerOf(metadata, PEER_HEADER)) ?? [];
  if (Math.abs(nowMs - Number(atMs)) > TOLERANCE_MS) return false;
  return isSameMac(mac, macOver(key, 'call', path, atMs));
}

/** The first value of a header; empty when there is none. */
export function headerOf(metadata: Metadata, name: string): string {
  return metadata.get(name).map(String)[0] ?? '';
}
