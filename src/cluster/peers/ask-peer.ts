import { randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { isSameMac } from '../../shared/mac.ts';
import { MAC_HEADER, macOf, NONCE_HEADER } from './peer-auth.ts';
import { RENEWAL_PATH, type RenewalReport } from './peer-server.ts';

export interface Peer {
  readonly nodeId: string;
  /** `host:port` */
  readonly peerAddress: string;
}

export type PeerAnswer =
  | { readonly kind: 'alive'; readonly sinceRenewedMs: number }
  /** Its process is gone: nobody listens there, or another node does. */
  | { readonly kind: 'gone' }
  /** Nobody knows: no answer in time, or none that a node of this region would give. */
  | { readonly kind: 'silent' };

const NONCE_BYTES = 16;
const MAX_ANSWER_BYTES = 1_024;

/** Asks a node how long ago Redis confirmed its lease. Never throws. */
export async function askPeer(
  { nodeId, peerAddress }: Peer,
  { key, timeoutMs }: { readonly key: Uint8Array; readonly timeoutMs: number },
): Promise<PeerAnswer> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  try {
    const response = await send(`http://${peerAddress}${RENEWAL_PATH}`, timeoutMs, {
      [NONCE_HEADER]: nonce,
      [MAC_HEADER]: macOf(key, 'ask', nonce),
    });
    const length = Number(response.headers['content-length'] ?? MAX_ANSWER_BYTES);
    if (response.statusCode !== 200 || length > MAX_ANSWER_BYTES) {
      response.destroy();
      return { kind: 'silent' };
    }
    const body = await text(response);
    if (!isSameMac(response.headers[MAC_HEADER], macOf(key, 'answer', nonce, body))) {
      return { kind: 'silent' };
    }
    const report = JSON.parse(body) as RenewalReport;
    if (report.nodeId !== nodeId) return { kind: 'gone' };
    return { kind: 'alive', sinceRenewedMs: report.sinceRenewedMs };
  } catch (error) {
    const isRefused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
    return { kind: isRefused ? 'gone' : 'silent' };
  }
}

function send(
  url: string,
  timeoutMs: number,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // The signal ends the answer's body too. No agent: a kept connection would belong to a peer that is gone.
  get(url, { headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, resolve).on(
    'error',
    reject,
  );
  return promise;
}
