import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections (Linux: 32768 and up), where a crowd of bots takes any at any time. */
const LOWEST_PORT = 12_000;
const PORTS = 20_000;

/**
 * A TCP port of 127.0.0.1 that was free a moment ago. Prefer port 0 where a server can report what it got: between this
 * answer and its use another process may take the port.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    } catch {
      // Somebody has it.
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
