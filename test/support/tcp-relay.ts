import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** @param near - the socket of who has come @param far - to where it leads */
export type PassBytes = (near: Socket, far: Socket) => void;

/** A TCP relay on 127.0.0.1 whose links can be cut, or left open without passing anything. */
export class TcpRelay implements AsyncDisposable {
  readonly #server: Server;
  readonly #pass: PassBytes;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isRefusing = false;

  private constructor(server: Server, pass: PassBytes) {
    this.#server = server;
    this.#pass = pass;
  }

  /** @param pass - how bytes get across a new link: all of them, both ways */
  static async open(targetPort: number, pass: PassBytes = pipeBoth): Promise<TcpRelay> {
    const server = createServer();
    const relay = new TcpRelay(server, pass);
    server.on('connection', (near) => relay.#join(near, targetPort));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Links that are open now, half-open ones included. */
  get linkCount(): number {
    return this.#pairs.size;
  }

  /** Resets every open link. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Open links stay open, and nothing passes them any more: a cable pulled, a phone in a tunnel. New links work. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      for (const socket of [near, far]) socket.unpipe().pause();
    }
  }

  /** Undoes {@link freeze}: what waited at both ends flows again. */
  thaw(): void {
    for (const [near, far] of this.#pairs) this.#pass(near, far);
  }

  /** Whether new links are reset at once. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(near: Socket, targetPort: number): void {
    if (this.#isRefusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#pass(near, far);
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.setNoDelay(true);
      // A reset is what these tests are about; the close below passes it on.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
  }
}

function pipeBoth(near: Socket, far: Socket): void {
  near.pipe(far);
  far.pipe(near);
}
