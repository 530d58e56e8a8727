import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSameMac } from '../../shared/mac.ts';
import { MAC_HEADER, macOf, NONCE_HEADER } from './peer-auth.ts';

/** What a node tells its peers of itself. */
export interface RenewalReport {
  readonly nodeId: string;
  /** Time since Redis last confirmed its lease, ms. */
  readonly sinceRenewedMs: number;
}

export const RENEWAL_PATH = '/renewal';

const MAX_HEADER_BYTES = 4 * 1024;
const MAX_CONNECTIONS = 256;
/** A peer asks and is answered at once; whoever is slower is none. */
const REQUEST_TIMEOUT_MS = 1_000;
const MAX_NONCE_LENGTH = 64;

/** The port where peers ask how a node's lease is. It runs in the lease's thread, so a busy node answers too. */
export class PeerServer {
  readonly #server: Server;

  /** @throws {Error} when the port is taken or the address is not of this machine */
  static async listen(
    at: { readonly address: string; readonly port: number },
    deps: { readonly key: Uint8Array; readonly report: () => RenewalReport },
  ): Promise<PeerServer> {
    const server = createServer(
      {
        maxHeaderSize: MAX_HEADER_BYTES,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: REQUEST_TIMEOUT_MS,
        connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
      },
      (request, response) => answer(request, response, deps),
    );
    server.maxConnections = MAX_CONNECTIONS;
    try {
      server.listen(at.port, at.address);
      await once(server, 'listening');
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      // Bun's message does not say it.
      const why = `MERIDIAN_CLUSTER_PEER_PORT: ${code ?? message}`;
      throw new Error(`Peers cannot be listened to on ${at.address}:${at.port} (${why}).`, {
        cause,
      });
    }
    return new PeerServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { key, report }: { readonly key: Uint8Array; readonly report: () => RenewalReport },
): void {
  response.setHeader('connection', 'close');
  const nonce = request.headers[NONCE_HEADER];
  const isKnown =
    typeof nonce === 'string' &&
    nonce.length <= MAX_NONCE_LENGTH &&
    isSameMac(request.headers[MAC_HEADER], macOf(key, 'ask', nonce));
  if (!isKnown) response.writeHead(403).end();
  else if (request.method !== 'GET' || request.url !== RENEWAL_PATH) response.writeHead(404).end();
  else {
    const body = JSON.stringify(report());
    response.writeHead(200, { [MAC_HEADER]: macOf(key, 'answer', nonce, body) }).end(body);
  }
}
