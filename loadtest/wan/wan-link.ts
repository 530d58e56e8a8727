import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Arrivals } from './arrivals.ts';
import { type Bottleneck, Transmitter } from './bottleneck.ts';
import { OneWay, type WayConditions } from './one-way.ts';
import { type PathProfile, TcpDelay } from './tcp-delay.ts';

/**
 * What is wrong with a path.
 *
 * - `cut`: refused, and what is open is reset
 * - `black-hole`: nothing arrives and nobody is told; when it is over, what was sent meanwhile arrives, as retransmissions make it
 * - `stall`: nobody reads at the other end; what is sent stays with its sender
 */
export type PathFault = 'none' | 'cut' | 'black-hole' | 'stall';

/** A path as it is now. Read for every write and every connection, so it may change at any time. */
export interface Path {
  readonly profile: PathProfile;
  readonly fault: PathFault;
  /** The same in both directions; absent: all that is sent goes at once. */
  readonly bottleneck?: Bottleneck;
}

/** A path of one delay, each way, in ms; nothing else ever happens on it. */
export function steadyPath(delayMs: number): Path {
  return { profile: { delayMs, jitterMs: 0, lossRatio: 0 }, fault: 'none' };
}

export interface WanTarget {
  readonly host: string;
  readonly port: number;
}

export interface WanLinkOptions {
  /** 0 to 1, 1 excluded; a seeded one makes the same path twice. */
  readonly random?: () => number;
  /** How late one direction of a connection is, in place of the path's profile: a recorded one. */
  readonly arrivals?: () => Arrivals;
  /**
   * Whether the pauses between tries to get through a black hole double, as those of TCP do: what was sent into it then arrives up to
   * as long after its end as it lasted. Otherwise they are steady, and a scenario knows when it goes on.
   */
  readonly backsOff?: boolean;
}

/** What went over a link since it was opened, and what is on its way. `up` is from those who dial to the target. */
export interface LinkTraffic {
  readonly upBytes: number;
  readonly downBytes: number;
  /** Taken from the sender, and not yet by the kernel of the receiver. */
  readonly heldUpBytes: number;
  readonly heldDownBytes: number;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly up: OneWay;
  readonly down: OneWay;
}

/** A long way to one address: a TCP relay on 127.0.0.1 through which every byte takes its time. */
export class WanLink implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: WanTarget;
  readonly #path: () => Path;
  readonly #options: WanLinkOptions;
  readonly #upward = new Transmitter();
  readonly #downward = new Transmitter();
  readonly #pairs = new Set<Pair>();
  #goneUpBytes = 0;
  #goneDownBytes = 0;

  static async open(
    target: WanTarget,
    path: () => Path,
    options: WanLinkOptions = {},
  ): Promise<WanLink> {
    // Half-open sockets: each direction ends when its last bytes have arrived.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const link = new WanLink(server, target, path, options);
    server.on('connection', (near) => link.#join(near));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  private constructor(
    server: Server,
    target: WanTarget,
    path: () => Path,
    options: WanLinkOptions,
  ) {
    this.#server = server;
    this.#target = target;
    this.#path = path;
    this.#options = options;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get traffic(): LinkTraffic {
    let [upBytes, downBytes] = [this.#goneUpBytes, this.#goneDownBytes];
    let [heldUpBytes, heldDownBytes] = [0, 0];
    for (const { up, down } of this.#pairs) {
      upBytes += up.arrivedBytes;
      downBytes += down.arrivedBytes;
      heldUpBytes += up.heldBytes;
      heldDownBytes += down.heldBytes;
    }
    return { upBytes, downBytes, heldUpBytes, heldDownBytes };
  }

  /** Local ports of the open connections to the target: how the kernel's queues of a connection are found. */
  get farPorts(): readonly number[] {
    return [...this.#pairs].flatMap(({ far }) => far.localPort ?? []);
  }

  /** Resets what is open, as a router that is switched off and on does. */
  reset(): void {
    for (const { near, far } of this.#pairs) for (const end of [near, far]) end.resetAndDestroy();
  }

  /** Resets what is open at the target's end only: those who have dialed are not told, and nothing they send arrives. */
  halfOpen(): void {
    for (const { far, down } of this.#pairs) {
      down.silence();
      far.resetAndDestroy();
    }
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
    const pair: Pair = {
      near,
      far,
      up: new OneWay(near, far, this.#conditions(this.#upward)),
      down: new OneWay(far, near, this.#conditions(this.#downward)),
    };
    this.#pairs.add(pair);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      // A reset is passed on by the close; an orderly end travels behind what is still on the way.
      end.on('error', () => {});
      end.on('close', (hadError) => {
        if (hadError) other.destroy();
        if (near.destroyed && far.destroyed) this.#forget(pair);
      });
      end.on('end', () => {
        if (other.destroyed) end.destroy();
      });
    }
  }

  #forget(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    this.#goneUpBytes += pair.up.arrivedBytes;
    this.#goneDownBytes += pair.down.arrivedBytes;
  }

  #conditions(transmitter: Transmitter): WayConditions {
    const { random = Math.random, arrivals, backsOff = false } = this.#options;
    return {
      arrivals: arrivals?.() ?? new TcpDelay(() => this.#path().profile, random),
      transmitter,
      path: this.#path,
      backsOff,
    };
  }
}
