import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

// A socket that arrives at a node where its room is not: any node of a region is a gateway to the others, so that clients which
// know one address only (a balancer, a stock SDK) reach their room wherever it has moved.
//
//   client ══ upgrade ══▶ this node ══ the same upgrade, client's address added ══▶ the room's node
//          ◀══════════════ bytes, both ways, untouched ══════════════════════════▶

const CONNECT_TIMEOUT_MS = 1_000;
/** Marks what was forwarded: it is served or refused there, never sent on. */
export const FORWARDED_HEADER = 'x-meridian-forwarded';

export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
}

/**
 * Hands an upgrade on.
 *
 * @param clientAddress - of the client; the target believes it only from proxies it trusts
 * @param onFailed - the target could not be reached; the socket is still the caller's
 */
export function forwardUpgrade(
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  target: ForwardTarget,
  clientAddress: string,
  onFailed: () => void,
): void {
  const { request, socket, head } = upgrade;
  const other = connect({ ...target, noDelay: true });
  let isJoined = false;
  const fail = () => {
    other.destroy();
    if (isJoined) socket.destroy();
    else onFailed();
  };
  const timer = setTimeout(fail, CONNECT_TIMEOUT_MS);
  other.once('error', () => {
    clearTimeout(timer);
    fail();
  });
  other.once('connect', () => {
    clearTimeout(timer);
    isJoined = true;
    other.write(headOf(request, clientAddress));
    if (head.length > 0) other.write(head);
    socket.pipe(other).pipe(socket);
    socket.once('close', () => other.destroy());
    other.once('close', () => socket.destroy());
  });
}

/** The request as it came, with the client's address behind the others. */
function headOf(request: IncomingMessage, clientAddress: string): string {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    // Ours below: what a client claims here is nobody's word.
    if ([FORWARDED_HEADER, 'x-forwarded-for'].includes(name.toLowerCase())) continue;
    lines.push(`${name}: ${request.rawHeaders[i + 1]}`);
  }
  lines.push(`X-Forwarded-For: ${clientAddress}`, `${FORWARDED_HEADER}: 1`, '', '');
  return lines.join('\r\n');
}
