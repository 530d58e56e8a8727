import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The dumbest gateway there is, and the one address of a region that stays: a TCP balancer on 127.0.0.1 that gives each connection
 * to the next port in turn, and to the one after it when nobody listens there. It knows nothing of rooms, HTTP or WebSockets.
 */
export class TcpBalancer implements AsyncDisposable {
  readonly #targets: () => readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  /** @param targets - ports, in the order of their turns; asked for each connection */
  static async open(targets: () => readonly number[]): Promise<TcpBalancer> {
    const server = createServer();
    const balancer = new TcpBalancer(server, targets);
    server.on('connection', (near) => balancer.#serve(near, balancer.#inTurn()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  private constructor(server: Server, targets: () => readonly number[]) {
    this.#server = server;
    this.#targets = targets;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #inTurn(): number[] {
    const targets = this.#targets();
    const first = this.#turn++ % targets.length;
    return [...targets.slice(first), ...targets.slice(0, first)];
  }

  #serve(near: Socket, [target, ...others]: readonly number[]): void {
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const giveOn = () => this.#serve(near, others);
    far.once('error', giveOn);
    far.once('connect', () => {
      far.off('error', giveOn);
      this.#join(near, far);
    });
  }

  #join(near: Socket, far: Socket): void {
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      // The close below passes it on.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
