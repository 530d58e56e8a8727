import type { Socket } from 'node:net';
import { Protocol } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import type { LinkReport } from '../../protocol/link-report.ts';
import type { QualityLevel } from '../../protocol/quality.ts';
import type { LinkSample } from '../../telemetry/client-link-metrics.ts';
import { closeReason, closeSocket } from './close-socket.ts';
import { type RoundTripFigures, RoundTrips } from './round-trips.ts';
import { SentTraffic } from './sent-traffic.ts';

const CLOSING_HANDSHAKE_MS = 2_000;

const DEFAULT_REASONS: Readonly<Record<number, string>> = {
  [CloseCode.SERVER_SHUTDOWN]: 'The server is shutting down.',
  [CloseCode.WITH_ERROR]: 'The room could not accept what this client sent.',
};

/** The socket of a connection whose frames may be written past `ws`; absent on Bun, whose `ws` is its own. */
function directSocket(ws: WebSocket): Socket | undefined {
  return (ws as unknown as { readonly _socket?: Socket })._socket ?? undefined;
}

/** Colyseus' client on a WebSocket, plus what flow control needs: ready-made frames in, the backlog out. */
export class MeridianClient extends WebSocketClient {
  /** Set by the room: adds to the frame that tells the client it has joined. Called once, right before that frame leaves. */
  completeJoinFrame: ((frame: Uint8Array) => Uint8Array) | null = null;
  /** What the client says of its link, the newest; null before the first, and always of a stock SDK. A claim, not a fact. */
  linkReport: LinkReport | null = null;
  /** How much of the state its link carries; the room's flow sets it. */
  qualityLevel: QualityLevel = 0;
  readonly #roundTrips = new RoundTrips();
  readonly #traffic: SentTraffic;
  #hasBrokenProtocol = false;

  constructor(sessionId: string, ws: WebSocket) {
    super(sessionId, ws);
    this.#traffic = new SentTraffic(directSocket(ws));
    // `ws` stops reading at a breach, so the close code it reports is 1006, as for any lost link.
    ws.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('WS_ERR_')) this.#hasBrokenProtocol = true;
    });
  }

  /** Whether the peer sent what no WebSocket client sends, or more than the limit at once. */
  get hasBrokenProtocol(): boolean {
    return this.#hasBrokenProtocol;
  }

  /** Round trips of this connection, as the server measures them by pings once a second; null before the first answer. */
  get rtt(): RoundTripFigures | null {
    return this.#roundTrips.figures;
  }

  /** Bytes that were handed to its socket in the last second; null: not known yet, or not on this runtime. */
  get sentBytesPerSecond(): number | null {
    return this.#traffic.bytesPerSecond;
  }

  /** For the transport: a ping was answered. @param nowMs - monotonic */
  pingAnswered(rttMs: number, nowMs: number): LinkSample {
    this.#roundTrips.add(rttMs, nowMs);
    const elapsedMs = this.#traffic.measure(nowMs);
    const { sentBytesPerSecond, qualityLevel: level } = this;
    return {
      ...{ rttMs, elapsedMs, level },
      sentBytesPerSecond: elapsedMs === 0 ? null : sentBytesPerSecond,
    };
  }

  /** Bytes handed over but not yet taken by the kernel. */
  get backlogBytes(): number {
    return this.ref.bufferedAmount;
  }

  /**
   * Sends a frame that already has its WebSocket header, so that clients with equal bytes share one buffer.
   *
   * The buffer belongs to the socket from now on: never write to it again.
   *
   * @param payloadOffset - where the payload begins in `frame`
   */
  sendFrame(frame: Buffer, payloadOffset: number): void {
    if (this.ref.readyState !== this.ref.OPEN) return;
    const socket = directSocket(this.ref);
    if (socket) socket.write(frame);
    else this.ref.send(frame.subarray(payloadOffset), { binary: true });
  }

  override raw(
    data: Uint8Array | Buffer,
    options?: Parameters<WebSocketClient['raw']>[1],
    done?: (error?: Error) => void,
  ): void {
    const complete = this.completeJoinFrame;
    if (complete === null || data[0] !== Protocol.JOIN_ROOM) {
      super.raw(data, options, done);
      return;
    }
    this.completeJoinFrame = null;
    super.raw(complete(data), options, done);
  }

  /**
   * Ends the connection with a reason, and by force when the peer does not answer the closing handshake in time (a peer
   * that no longer reads never does).
   */
  evict(code: number, reason: string): void {
    closeSocket(this.ref, code, reason, CLOSING_HANDSHAKE_MS);
  }

  /** Colyseus closes without a reason where a message was refused; the other side is told all the same. */
  override leave(code?: number, reason?: string): void {
    super.leave(code, closeReason(reason ?? DEFAULT_REASONS[code ?? 0] ?? ''));
  }
}
