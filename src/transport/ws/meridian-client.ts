import { Protocol } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import type { LinkReport } from '../../protocol/link-report.ts';
import type { QualityLevel } from '../../protocol/quality.ts';
import type { LinkSample } from '../../telemetry/client-link-metrics.ts';
import { closeReason, closeSocket } from './close-socket.ts';
import {
  fillerFrames,
  pingBehind,
  pingFrame,
  STAMP_BYTES,
  sendControlFrames,
} from './control-frames.ts';
import { LinkAcks, type LinkAnswer } from './link-acks.ts';
import { type RoundTripFigures, RoundTrips } from './round-trips.ts';
import { SentTraffic } from './sent-traffic.ts';
import { directSocket, type SocketWriter } from './socket-writer.ts';

const CLOSING_HANDSHAKE_MS = 2_000;
/** WebSocket's, of all but the shortest frames. */
const MESSAGE_HEADER_BYTES = 4;

const DEFAULT_REASONS: Readonly<Record<number, string>> = {
  [CloseCode.SERVER_SHUTDOWN]: 'The server is shutting down.',
  [CloseCode.WITH_ERROR]: 'The room could not accept what this client sent.',
};

/** Colyseus' client on a WebSocket, plus what flow control needs: ready-made frames in, the backlog out. */
export class MeridianClient extends WebSocketClient {
  /** Set by the room: adds to the frame that tells the client it has joined. Called once, right before that frame leaves. */
  completeJoinFrame: ((frame: Uint8Array) => Uint8Array) | null = null;
  /** What the client says of its link, the newest; null before the first, and always of a stock SDK. A claim, not a fact. */
  linkReport: LinkReport | null = null;
  /** What of all that was sent the peer has read. */
  readonly acks = new LinkAcks();
  /** Set by the room: hears of each answer to a ping. */
  onAnswer: ((answer: LinkAnswer, nowMs: number) => void) | null = null;
  /** Set by the transport: hears of each ping that its flow sends. @param stampMs - what it carries: the time, monotonic */
  onPinged: ((stampMs: number) => void) | null = null;
  /** How much of the state its link carries; the room's flow sets it. */
  qualityLevel: QualityLevel = 0;
  readonly #roundTrips = new RoundTrips();
  readonly #traffic: SentTraffic;
  readonly #writer: SocketWriter | null;
  #hasBrokenProtocol = false;

  /** @param writer - to its socket, where that can be written past its stream (socket-writer.ts) */
  constructor(sessionId: string, ws: WebSocket, writer: SocketWriter | null = null) {
    super(sessionId, ws);
    this.#traffic = new SentTraffic(directSocket(ws));
    this.#writer = writer;
    // `ws` stops reading at a breach, so the close code it reports is 1006, as for any lost link.
    ws.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('WS_ERR_')) this.#hasBrokenProtocol = true;
    });
    ws.on('pong', (echo: Buffer) => {
      if (echo.length !== STAMP_BYTES) return;
      const nowMs = performance.now();
      const answer = this.acks.answered(echo.readDoubleLE(0), nowMs);
      if (answer !== null) this.onAnswer?.(answer, nowMs);
    });
  }

  /** Whether the peer sent what no WebSocket client sends, or more than the limit at once. */
  get hasBrokenProtocol(): boolean {
    return this.#hasBrokenProtocol;
  }

  /** Round trips of this connection, as the server measures them by pings, one or two a second; null before the first answer. */
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

  /** Whether the player sees nothing of the game now, as his client says. */
  get isHidden(): boolean {
    return this.linkReport?.isHidden === true;
  }

  /** Bytes handed over but not yet taken by the kernel. */
  get backlogBytes(): number {
    return this.ref.bufferedAmount + (this.#writer?.waitingBytes ?? 0);
  }

  /**
   * Sends a frame that already has its WebSocket header, so that clients with equal bytes share one buffer.
   *
   * @param payloadOffset - where the payload begins in `frame`
   * @param pingAtMs - a ping follows: the time now, monotonic ms
   * @returns whether nobody needs the bytes any more: the kernel has copied them. If not, the buffer belongs to the socket from
   *   now on: never write to it again
   */
  sendFrame(frame: Buffer, payloadOffset: number, pingAtMs: number | null = null): boolean {
    if (this.ref.readyState !== this.ref.OPEN) return true;
    if (this.#writer === null) {
      this.acks.handed(frame.length);
      this.#sendThroughStream(frame, payloadOffset);
      if (pingAtMs !== null) this.ping(pingAtMs);
      return false;
    }
    // One call of the kernel for both; the bytes of `frame` are copied, and stay whose they were.
    const isPinged = pingAtMs !== null;
    const bytes = isPinged ? pingBehind(frame, pingAtMs) : frame;
    this.acks.handed(bytes.length);
    if (isPinged) this.#pinged(pingAtMs);
    return this.#writer.write(bytes) || isPinged;
  }

  #sendThroughStream(frame: Buffer, payloadOffset: number): void {
    const socket = directSocket(this.ref);
    if (socket) socket.write(frame);
    else this.ref.send(frame.subarray(payloadOffset), { binary: true });
  }

  /** Sends a ping behind all that was sent; its answer says that all of it has been read. @param nowMs - monotonic */
  ping(nowMs: number): void {
    this.#sendControl(pingFrame(nowMs));
    this.#pinged(nowMs);
  }

  #pinged(nowMs: number): void {
    this.acks.pinged(nowMs);
    this.onPinged?.(nowMs);
  }

  /** Sends about so many bytes that mean nothing to anybody, and a ping behind them: how long they take tells what the link carries. */
  fill(bytes: number, nowMs: number): void {
    this.#sendControl(fillerFrames(bytes));
    this.ping(nowMs);
  }

  override raw(
    data: Uint8Array | Buffer,
    options?: Parameters<WebSocketClient['raw']>[1],
    done?: (error?: Error) => void,
  ): void {
    this.acks.handed(data.byteLength + MESSAGE_HEADER_BYTES);
    const complete = this.completeJoinFrame;
    if (complete === null || data[0] !== Protocol.JOIN_ROOM) {
      super.raw(data, options, done);
      return;
    }
    this.completeJoinFrame = null;
    super.raw(complete(data), options, done);
  }

  #sendControl(frames: Buffer): void {
    if (this.ref.readyState !== this.ref.OPEN) return;
    this.acks.handed(frames.length);
    sendControlFrames(this.ref, frames, this.#writer);
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
