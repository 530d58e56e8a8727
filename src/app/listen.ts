import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import type { Closers } from '../shared/closers.ts';

export interface ListenAt {
  readonly port: number;
  readonly address: string;
  /** The variable that chose the port, for the one who has to change it. */
  readonly setting: string;
  /** Whether everybody may come at once, as players do: see {@link ACCEPTORS}. */
  readonly takesCrowds?: boolean;
}

/** A port is taken, or its address is not of this machine. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Connections that may wait to be accepted. When a node is lost, all its players knock at once; one that finds the queue full
 * tries again after a second, and then after three. The system's own limit may be lower (Linux: net.core.somaxconn, 4096).
 */
const BACKLOG = 4_096;

/**
 * Sockets that listen on a port for crowds. libuv accepts one connection per socket and turn of the event loop; a node that
 * brings back the rooms of another has turns of 10 to 50 ms, so with one socket 500 players who come back would wait for
 * seconds, on a processor that is not even busy.
 */
const ACCEPTORS = 16;

/** Bun accepts all who wait in one turn, and does not share the port of its HTTP server with node:net (docs/adr/0021-bun.md). */
const ACCEPTS_ALL = process.versions['bun'] !== undefined;

/**
 * Makes `server` listen, and registers its closer.
 *
 * @returns the port it got
 * @throws {ListenError}
 */
export async function listen(
  server: Server,
  { port, address, setting, takesCrowds = false }: ListenAt,
  closers: Closers,
): Promise<number> {
  const acceptors: NetServer[] = [];
  try {
    if (takesCrowds && !ACCEPTS_ALL)
      acceptors.push(...(await listenForCrowds(server, port, address)));
    if (!server.listening) await listening(server, { port, host: address });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another process has this port' : message;
    throw new ListenError(`Cannot listen on ${address}:${port} (${setting}): ${why}.`, { cause });
  }
  closers.push(`port ${port}`, async () => {
    const closed = once(server, 'close');
    for (const acceptor of acceptors) acceptor.close();
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** @returns the sockets that listen besides `server`; none where the system does not share ports, and `server` does not listen then */
async function listenForCrowds(
  server: Server,
  port: number,
  host: string,
): Promise<readonly NetServer[]> {
  // A port that is shared would be shared with another server of this user, too.
  if (port !== 0) await assertFree(port, host);
  try {
    await listening(server, { port, host, reusePort: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTSUP') return [];
    throw error;
  }
  const shared = { port: (server.address() as AddressInfo).port, host, reusePort: true };
  return await Promise.all(
    Array.from({ length: ACCEPTORS - 1 }, async () => {
      // As node:http makes its own.
      const acceptor = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
        server.emit('connection', socket),
      );
      await listening(acceptor, shared);
      return acceptor;
    }),
  );
}

/** @throws `EADDRINUSE` and what else keeps a server from this port */
async function assertFree(port: number, host: string): Promise<void> {
  const probe = createServer();
  await listening(probe, { port, host });
  probe.close();
  await once(probe, 'close');
}

async function listening(
  server: NetServer,
  at: { readonly port: number; readonly host: string; readonly reusePort?: boolean },
): Promise<void> {
  server.listen({ ...at, backlog: BACKLOG });
  await once(server, 'listening');
}
