import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { LRUCache } from 'lru-cache';
import { derivedKey, isSameMac, macOver } from '../../shared/mac.ts';

// How services know each other where TLS does not tell: every call carries a MAC over its method and the time, never the key. Whoever
// listens to the wire can repeat a call for some minutes; whoever must fear that sets MERIDIAN_RPC_TLS_*.

const PEER_HEADER = 'meridian-peer';
/** Clocks of nodes may differ by so much. */
const TOLERANCE_MS = 5 * 60_000;
/** For so long a caller says the same. Little beside what the clocks may differ by, and many calls. */
const SIGNED_FOR_MS = 1_000;
/** Methods times callers, of the last seconds. */
const MOST_KNOWN = 1_024;

/** The key of calls between services, of the secret that all of them have (RFC 5869). */
export function callKey(secret: string): KeyObject {
  return createSecretKey(derivedKey(secret, 'meridian rpc'));
}

/** Signs calls; those of one method within a second with one MAC, which is a twentieth of what a call costs its caller. */
export class CallSigner {
  readonly #key: KeyObject;
  /** By path; there are no more than methods. */
  readonly #newest = new Map<string, { readonly atMs: number; readonly text: string }>();

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Signs a plain call. @param path - `/<service>/<Method>` @param nowMs - wall clock */
  sign(metadata: Metadata, path: string, nowMs: number): void {
    metadata.set(PEER_HEADER, this.signatureOf(path, nowMs));
  }

  /** What a call proves itself with. @param path - `/<service>/<Method>` @param nowMs - wall clock */
  signatureOf(path: string, nowMs: number): string {
    let signature = this.#newest.get(path);
    // A clock that was set back as well.
    if (signature === undefined || Math.abs(nowMs - signature.atMs) >= SIGNED_FOR_MS) {
      signature = { atMs: nowMs, text: signatureOf(this.#key, path, nowMs) };
      this.#newest.set(path, signature);
    }
    return signature.text;
  }
}

/** Knows calls of services that have the key; a signature that comes again is not computed again. */
export class PeerGate {
  readonly #key: KeyObject;
  /** Signatures that were right, `<path> <header>`. Strangers put nothing in here, so they push nobody out. */
  readonly #known = new LRUCache<string, true>({ max: MOST_KNOWN });

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** Whether a plain call comes from a service that has the key. @param nowMs - wall clock */
  admits(metadata: Metadata, path: string, nowMs: number): boolean {
    return this.admitsSignature(signatureIn(metadata), path, nowMs);
  }

  /** The same, by what the call proves itself with. @param nowMs - wall clock */
  admitsSignature(signature: string, path: string, nowMs: number): boolean {
    const [, atMs = '', mac] = /^(\d{1,15})\.([\w-]+)$/.exec(signature) ?? [];
    if (atMs === '' || Math.abs(nowMs - Number(atMs)) > TOLERANCE_MS) return false;
    const call = `${path} ${signature}`;
    if (this.#known.has(call)) return true;
    const isPeer = isSameMac(mac, macOver(this.#key, 'call', path, atMs));
    if (isPeer) this.#known.set(call, true);
    return isPeer;
  }
}

function signatureOf(key: KeyObject, path: string, atMs: number): string {
  return `${atMs}.${macOver(key, 'call', path, String(atMs))}`;
}

/** What a plain call proves itself with; empty: nothing. */
export function signatureIn(metadata: Metadata): string {
  return headerOf(metadata, PEER_HEADER);
}

/** The first value of a header; empty when there is none. */
export function headerOf(metadata: Metadata, name: string): string {
  return metadata.get(name).map(String)[0] ?? '';
}
