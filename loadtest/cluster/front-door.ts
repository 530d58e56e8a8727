import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The one address that players of a region know from the beginning, and that stays: a load balancer at its simplest. Each
 * connection goes to the next of the nodes that are up.
 */
export class FrontDoor implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  /** @param ports - game ports of the nodes that are up, asked for each connection */
  static async open(ports: () => readonly number[]): Promise<FrontDoor> {
    const server = createServer();
    const door = new FrontDoor(server);
    server.on('connection', (near) => door.#forward(near, ports()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return door;
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `host:port` */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #forward(near: Socket, ports: readonly number[]): void {
    const port = ports[this.#turn++ % ports.length];
    if (port === undefined) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // The close that follows is passed on.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
