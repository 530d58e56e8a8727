import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { isSameMac, macOver } from '../../shared/mac.ts';

// A socket that arrives at a node where its room is not: any node of a region is a gateway to the others, so that clients which
// know one address only (a balancer, a stock SDK) reach their room wherever it has moved.
//
//   client ══ upgrade ══▶ this node ══ the same upgrade, client's address vouched for ══▶ the room's node
//          ◀══════════════ bytes, both ways, untouched ══════════════════════════════════▶
//
// The vouching header holds the address and a MAC by the region's key over address and path, so that nobody outside can claim to be
// somebody else; what carries it is served or refused, never handed on again.

const CONNECT_TIMEOUT_MS = 1_000;
const HEADER = 'x-meridian-forwarded';
const REPLACED = [HEADER, 'x-forwarded-for'];

/** The game port of another node, as nodes reach each other. */
export interface ForwardTarget {
  readonly host: string;
  readonly port: number;
}

/** What of a request tells whether it was handed on. */
export interface ForwardedRequest {
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly url?: string | undefined;
}

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Hands sockets on to other nodes, and knows those that were handed on. */
export class SocketForwarder {
  readonly #key: Uint8Array;
  /** Clients' ends of the pairs under way: the HTTP server knows nothing of them. */
  readonly #open = new Set<Duplex>();

  /** @param key - shared by the nodes of the region */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The client's address when another node handed this request on and vouches for it; null otherwise. */
  vouchedAddress(request: ForwardedRequest): string | null {
    const header = request.headers[HEADER];
    if (typeof header !== 'string') return null;
    const [address = '', mac = ''] = header.split(' ');
    return isSameMac(mac, this.#mac(address, request.url ?? '')) ? address : null;
  }

  /**
   * @param clientAddress - as this node knows it
   * @param onFailed - the target could not be reached; the socket is still the caller's
   */
  forward(upgrade: Upgrade, to: ForwardTarget, clientAddress: string, onFailed: () => void): void {
    const { request, socket, head } = upgrade;
    const other = connect({ ...to, noDelay: true });
    let isJoined = false;
    const fail = () => {
      other.destroy();
      if (isJoined) socket.destroy();
      else onFailed();
    };
    const timer = setTimeout(() => other.destroy(new Error('no answer')), CONNECT_TIMEOUT_MS);
    // Also while the other one is still being called.
    socket.once('close', () => {
      this.#open.delete(socket);
      other.destroy();
    });
    other.once('error', fail);
    other.once('close', () => {
      clearTimeout(timer);
      if (isJoined) socket.destroy();
    });
    other.once('connect', () => {
      clearTimeout(timer);
      isJoined = true;
      this.#open.add(socket);
      other.write(this.#headOf(request, clientAddress));
      if (head.length > 0) other.write(head);
      socket.pipe(other).pipe(socket);
    });
  }

  /** Breaks what is under way: clients come back through another node. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #headOf(request: IncomingMessage, clientAddress: string): string {
    const url = request.url ?? '/';
    const lines = [`${request.method ?? 'GET'} ${url} HTTP/1.1`];
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const name = request.rawHeaders[i] as string;
      if (!REPLACED.includes(name.toLowerCase()))
        lines.push(`${name}: ${request.rawHeaders[i + 1]}`);
    }
    lines.push(`${HEADER}: ${clientAddress} ${this.#mac(clientAddress, url)}`, '', '');
    return lines.join('\r\n');
  }

  #mac(address: string, url: string): string {
    return macOver(this.#key, 'forward', address, url);
  }
}
