import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const UPGRADED = 'HTTP/1.1 101';

/** What is lost with the connection: the first frame of a room, or what its client answers. */
export type Unheard = 'welcome' | 'answer';

/** A TCP relay on 127.0.0.1 that resets a WebSocket at its first word: what has been said before is heard, and nothing of that. */
export class UnheardRelay implements AsyncDisposable {
  /** WebSockets that it has reset. */
  resets = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #unheard: Unheard;
  readonly #most: number;

  /** @param options.times - how many WebSockets are lost; those after them are not */
  static async open(
    targetPort: number,
    options: { readonly unheard: Unheard; readonly times: number },
  ): Promise<UnheardRelay> {
    const server = createServer();
    const relay = new UnheardRelay(server, options);
    server.on('connection', (near) => relay.#join(near, connect(targetPort, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  private constructor(
    server: Server,
    { unheard, times }: { readonly unheard: Unheard; readonly times: number },
  ) {
    this.#server = server;
    this.#unheard = unheard;
    this.#most = times;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    let isUpgraded = false;
    const isLost = () => isUpgraded && this.resets < this.#most;
    const reset = () => {
      this.resets++;
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    far.on('data', (chunk) => {
      const head = chunk.toString('latin1');
      const isUpgrade = head.startsWith(UPGRADED);
      const end = isUpgrade ? head.indexOf(HEAD_END) + HEAD_END.length : 0;
      isUpgraded ||= isUpgrade;
      if (isLost() && this.#unheard === 'welcome' && end < chunk.length) {
        near.write(chunk.subarray(0, end), reset);
      } else {
        near.write(chunk);
      }
    });
    near.on('data', (chunk) => {
      if (isLost() && this.#unheard === 'answer') reset();
      else far.write(chunk);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // A reset is what this is about; the close below passes it on.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
