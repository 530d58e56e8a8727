import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Closers } from '../shared/closers.ts';

export interface ListenAt {
  readonly port: number;
  readonly address: string;
  /** The variable that chose the port, for the one who has to change it. */
  readonly setting: string;
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
 * Makes `server` listen, and registers its closer.
 *
 * @returns the port it got
 * @throws {ListenError}
 */
export async function listen(
  server: Server,
  { port, address, setting }: ListenAt,
  closers: Closers,
): Promise<number> {
  try {
    server.listen(port, address, BACKLOG);
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another process has this port' : message;
    throw new ListenError(`Cannot listen on ${address}:${port} (${setting}): ${why}.`, { cause });
  }
  closers.push(`port ${port}`, async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}
