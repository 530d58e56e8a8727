import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface SlowLinkOptions {
  /** Delay of every byte, each way, in ms. */
  readonly delayMs: number;
}

/** A TCP relay on 127.0.0.1 that is as far away as `delayMs` says. `TcpRelay` cuts and freezes; this one only delays. */
export class SlowLink implements AsyncDisposable {
  readonly #server: Server;
  readonly #delayMs: number;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, { delayMs }: SlowLinkOptions) {
    this.#server = server;
    this.#delayMs = delayMs;
  }

  static async open(targetPort: number, options: SlowLinkOptions): Promise<SlowLink> {
    const server = createServer();
    const link = new SlowLink(server, options);
    server.on('connection', (near) => link.#join(near, connect(targetPort, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      // Timers of one duration fire in the order they were set: bytes keep theirs.
      from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), this.#delayMs));
      from.on('end', () => setTimeout(() => to.end(), this.#delayMs));
      from.on('error', () => to.destroy());
      from.on('close', () => this.#sockets.delete(from));
    }
  }
}
