import type { Socket } from 'node:net';
import { TcpRelay } from './tcp-relay.ts';

const HEAD_END = '\r\n\r\n';
const UPGRADED = 'HTTP/1.1 101';

/** What is lost with the connection: the first frame of a room, or what its client answers. */
export type Unheard = 'welcome' | 'answer';

/** A TCP relay on 127.0.0.1 that resets a WebSocket at its first word: what has been said before is heard, and nothing of that. */
export class UnheardRelay implements AsyncDisposable {
  readonly #relay: TcpRelay;
  readonly #losses: Losses;

  /** @param options.times - how many WebSockets are lost; those after them are not */
  static async open(
    targetPort: number,
    { unheard, times }: { readonly unheard: Unheard; readonly times: number },
  ): Promise<UnheardRelay> {
    const losses = new Losses(unheard, times);
    const relay = await TcpRelay.open(targetPort, (near, far) => losses.pass(near, far));
    return new UnheardRelay(relay, losses);
  }

  private constructor(relay: TcpRelay, losses: Losses) {
    this.#relay = relay;
    this.#losses = losses;
  }

  get port(): number {
    return this.#relay.port;
  }

  /** WebSockets that it has reset. */
  get resets(): number {
    return this.#losses.count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay[Symbol.asyncDispose]();
  }
}

class Losses {
  count = 0;
  readonly #unheard: Unheard;
  readonly #most: number;

  constructor(unheard: Unheard, most: number) {
    this.#unheard = unheard;
    this.#most = most;
  }

  pass(near: Socket, far: Socket): void {
    let isUpgraded = false;
    const isLost = () => isUpgraded && this.count < this.#most;
    const reset = () => {
      this.count++;
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
  }
}
