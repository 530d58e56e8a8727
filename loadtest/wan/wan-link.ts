import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type PathProfile, TcpDelay } from './tcp-delay.ts';

/**
 * What is wrong with a path. `cut`: refused, and what is open is reset. `black-hole`: nothing arrives and nobody is told; when it
 * is over, what was sent meanwhile arrives, as retransmissions make it.
 */
export type PathFault = 'none' | 'cut' | 'black-hole';

/** A path as it is now. Read for every write and every connection, so it may change at any time. */
export interface Path {
  readonly profile: PathProfile;
  readonly fault: PathFault;
}

/** A path of one delay, each way, in ms; nothing else ever happens on it. */
export function steadyPath(delayMs: number): Path {
  return { profile: { delayMs, jitterMs: 0, lossRatio: 0 }, fault: 'none' };
}

export interface WanTarget {
  readonly host: string;
  readonly port: number;
}

/** Bytes on their way in one direction of one connection, beyond which its sender is not read from: what TCP's window does. */
const WINDOW_BYTES = 1024 * 1024;
/** Between two tries to get bytes through a path that swallows them; in truth it doubles from here. */
const RETRANSMIT_MS = 200;

/** A long way to one address: a TCP relay on 127.0.0.1 through which every byte takes its time. */
export class WanLink implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: WanTarget;
  readonly #path: () => Path;
  readonly #random: () => number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  /** @param random - 0 to 1, 1 excluded; a seeded one makes the same path twice */
  static async open(
    target: WanTarget,
    path: () => Path,
    random: () => number = Math.random,
  ): Promise<WanLink> {
    // Half-open sockets: each direction ends when its last bytes have arrived.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const link = new WanLink(server, target, path, random);
    server.on('connection', (near) => link.#join(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  private constructor(server: Server, target: WanTarget, path: () => Path, random: () => number) {
    this.#server = server;
    this.#target = target;
    this.#path = path;
    this.#random = random;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resets what is open, as a router that is switched off and on does. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.reset();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.#path().fault === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#carry(near, far);
    this.#carry(far, near);
    for (const [socket, other] of [pair, [far, near] as const]) {
      // A reset is passed on by the close; an orderly end travels behind what is still on the way.
      socket.on('error', () => {});
      socket.on('close', (hadError) => {
        this.#pairs.delete(pair);
        if (hadError) other.destroy();
      });
    }
  }

  /** Brings what `from` sends to `to`, late. */
  #carry(from: Socket, to: Socket): void {
    const delay = new TcpDelay(() => this.#path().profile, this.#random);
    /** In the order of sending, which is that of arrival; null is the end. */
    const onTheWay: { readonly dueMs: number; readonly what: Buffer | null }[] = [];
    let bytesOnTheWay = 0;
    // One for all that is on the way: a path that swallows everything for a minute holds a great many.
    let timer: NodeJS.Timeout | null = null;
    const wake = (afterMs: number) => {
      timer = setTimeout(arrive, afterMs);
    };
    const arrive = () => {
      timer = null;
      if (to.destroyed) return;
      if (this.#path().fault === 'black-hole') {
        wake(RETRANSMIT_MS);
        return;
      }
      const nowMs = performance.now();
      for (let next = onTheWay[0]; next !== undefined; next = onTheWay[0]) {
        // Timers keep theirs to the millisecond only.
        if (next.dueMs - nowMs >= 1) {
          wake(next.dueMs - nowMs);
          break;
        }
        onTheWay.shift();
        if (next.what === null) {
          to.end();
          return;
        }
        bytesOnTheWay -= next.what.length;
        to.write(next.what);
      }
      if (bytesOnTheWay < WINDOW_BYTES) from.resume();
    };
    const send = (what: Buffer | null) => {
      const nowMs = performance.now();
      const dueMs = delay.arrivalMs(nowMs, what?.length ?? 0);
      onTheWay.push({ dueMs, what });
      if (timer === null) wake(dueMs - nowMs);
    };
    from.on('data', (bytes: Buffer) => {
      bytesOnTheWay += bytes.length;
      if (bytesOnTheWay >= WINDOW_BYTES) from.pause();
      send(bytes);
    });
    from.on('end', () => send(null));
  }
}
