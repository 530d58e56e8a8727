import type { WebSocket } from 'ws';

interface Pinged {
  readonly ws: WebSocket;
  unanswered: number;
  sentAtMs: number;
}

export interface PingRoundsOptions {
  /** Each socket is pinged once in this time. */
  readonly intervalMs: number;
  /** Pings that may stay unanswered; the next round ends the connection. */
  readonly maxUnanswered: number;
  /** Called with each measured round trip. */
  readonly onRttMs: (rttMs: number, ws: WebSocket) => void;
  /** Called for each connection that was ended because its peer stopped answering. */
  readonly onDead: () => void;
}

const SLICES = 16;

/**
 * Pings all sockets, a slice of them at a time: pinging a thousand at once would stall the loop for longer than a tick.
 *
 * Measures round trips on the way, and ends connections whose peer is gone without a goodbye (half-open sockets).
 */
export class PingRounds {
  readonly #options: PingRoundsOptions;
  readonly #slices: Set<Pinged>[] = Array.from({ length: SLICES }, () => new Set());
  #nextSlice = 0;
  #nextJoin = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PingRoundsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#pingSlice(), this.#options.intervalMs / SLICES).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Watches `ws` until it closes. */
  add(ws: WebSocket): void {
    const slice = this.#slices[this.#nextJoin++ % SLICES] as Set<Pinged>;
    const pinged: Pinged = { ws, unanswered: 0, sentAtMs: 0 };
    slice.add(pinged);
    ws.on('pong', () => {
      if (pinged.unanswered === 1) this.#options.onRttMs(performance.now() - pinged.sentAtMs, ws);
      pinged.unanswered = 0;
    });
    ws.once('close', () => slice.delete(pinged));
  }

  #pingSlice(): void {
    const slice = this.#slices[this.#nextSlice++ % SLICES] as Set<Pinged>;
    for (const pinged of slice) {
      if (pinged.unanswered >= this.#options.maxUnanswered) {
        this.#options.onDead();
        pinged.ws.terminate();
        continue;
      }
      if (pinged.ws.readyState !== pinged.ws.OPEN) continue;
      pinged.unanswered++;
      pinged.sentAtMs = performance.now();
      pinged.ws.ping();
    }
  }
}
