import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { pingFrame, STAMP_BYTES, sendControlFrames } from './control-frames.ts';
import type { SocketWriter } from './socket-writer.ts';

// Round trips of all connections, by WebSocket pings: whatever speaks the protocol answers by itself, browsers among it.
//
//   server ── ping [f64: when it left, ms] ──▶ peer
//   server ◀── pong [the same 8 bytes] ──────  peer        the time between is the round trip
//
// Only the echo of a ping that is under way counts, so a peer can make itself slower than it is and hardly faster: it would have to
// guess the time of a ping before that arrives, to the nanosecond.

/** Pings whose answer is still waited for: on a link that is full they overtake nothing and come late, all of them. */
const MOST_UNDER_WAY = 16;

/** More slices than a thousand sockets need: some thirty pings are a fraction of a millisecond. */
const SLICES = 32;

/** Of one socket: for whom else pings it. */
export interface OtherPings {
  /** A ping has left. Many in a short time are not each a round trip. @param stampMs - what it carries: the time, monotonic */
  pinged(stampMs: number): void;
}

/** Share of the interval after which a socket is pinged again; a timer that was late once must not cost a whole round. */
const ENOUGH = 0.75;

interface Pinged {
  readonly ws: WebSocket;
  /** Absent on Bun, whose `ws` is its own. */
  readonly socket: Socket | undefined;
  readonly writer: SocketWriter | null;
  /** When the pings left that are under way, monotonic ms, the oldest first. */
  underWayMs: number[];
  /** When the last ping left. */
  pingedAtMs: number;
  /** Rounds in which nothing came. */
  silentRounds: number;
  /** Bytes read from the socket when it was pinged last, or the answers that came. */
  heard: number;
  answers: number;
}

export interface PingRoundsOptions {
  /** Each socket is pinged once in this time, unless somebody else has. */
  readonly intervalMs: number;
  /** Pings after which nothing may have come, no answer and nothing else; the next round ends the connection. */
  readonly maxUnanswered: number;
  /** Called with each ping that leaves. @param stampMs - what it carries: the time, monotonic */
  readonly onPing?: (stampMs: number, ws: WebSocket) => void;
  /** Called with each measured round trip. */
  readonly onRttMs: (rttMs: number, ws: WebSocket) => void;
  /** Called for each connection that is about to be ended because its peer stopped answering. */
  readonly onDead: (ws: WebSocket) => void;
}

/**
 * Pings all sockets, a slice of them at a time: pinging a thousand at once would stall the loop for longer than a tick.
 *
 * Measures round trips on the way, and ends connections whose peer is gone without a goodbye (half-open sockets). A peer that still
 * sends is alive, also while its pings wait behind what its link has not taken.
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

  /** Watches `ws` until it closes. @param writer - to its socket, where that can be written past its stream */
  add(ws: WebSocket, writer: SocketWriter | null = null): OtherPings {
    const slice = this.#slices[this.#nextJoin++ % SLICES] as Set<Pinged>;
    const socket = (ws as unknown as { readonly _socket?: Socket })._socket ?? undefined;
    const pinged: Pinged = {
      ...{ ws, socket, writer, silentRounds: 0, heard: 0, answers: 0 },
      ...{ underWayMs: [], pingedAtMs: Number.NEGATIVE_INFINITY },
    };
    slice.add(pinged);
    ws.on('pong', (echo: Buffer) => this.#answered(pinged, echo));
    ws.once('close', () => slice.delete(pinged));
    return {
      pinged: (stampMs) => {
        if (stampMs - pinged.pingedAtMs >= this.#options.intervalMs / 2) note(pinged, stampMs);
      },
    };
  }

  #answered(pinged: Pinged, echo: Buffer): void {
    pinged.answers += 1;
    if (echo.length !== STAMP_BYTES) return;
    const sentAtMs = echo.readDoubleLE(0);
    const index = pinged.underWayMs.indexOf(sentAtMs);
    if (index < 0) return;
    // Those before it were lost with a peer that answers the newest only, which RFC 6455 §5.5.3 allows.
    pinged.underWayMs.splice(0, index + 1);
    this.#options.onRttMs(performance.now() - sentAtMs, pinged.ws);
  }

  #pingSlice(): void {
    const slice = this.#slices[this.#nextSlice++ % SLICES] as Set<Pinged>;
    const nowMs = performance.now();
    const enoughMs = this.#options.intervalMs * ENOUGH;
    for (const pinged of slice) {
      if (pinged.ws.readyState !== pinged.ws.OPEN) continue;
      const heard = pinged.socket?.bytesRead ?? pinged.answers;
      const isSilent = pinged.underWayMs.length > 0 && heard === pinged.heard;
      pinged.silentRounds = isSilent ? pinged.silentRounds + 1 : 0;
      pinged.heard = heard;
      if (pinged.silentRounds < this.#options.maxUnanswered) {
        if (nowMs - pinged.pingedAtMs >= enoughMs) this.#ping(pinged);
      } else {
        this.#options.onDead(pinged.ws);
        pinged.ws.terminate();
      }
    }
  }

  #ping(pinged: Pinged): void {
    const { ws, writer } = pinged;
    const nowMs = performance.now();
    note(pinged, nowMs);
    sendControlFrames(ws, pingFrame(nowMs), writer);
    this.#options.onPing?.(nowMs, ws);
  }
}

function note(pinged: Pinged, stampMs: number): void {
  const { underWayMs } = pinged;
  if (underWayMs.length === MOST_UNDER_WAY) underWayMs.shift();
  underWayMs.push(stampMs);
  pinged.pingedAtMs = stampMs;
}
