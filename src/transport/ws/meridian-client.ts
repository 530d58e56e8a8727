import type { Socket } from 'node:net';
import { Protocol } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { closeReason, closeSocket } from './close-socket.ts';
import type { SocketWriter, SocketWriters } from './socket-writer.ts';

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
  readonly #writer: SocketWriter | null;
  #hasBrokenProtocol = false;

  /** @param writers - of a runtime whose sockets can be written past their streams */
  constructor(sessionId: string, ws: WebSocket, writers: SocketWriters | null = null) {
    super(sessionId, ws);
    const socket = directSocket(ws);
    this.#writer = socket === undefined ? null : (writers?.of(socket) ?? null);
    // `ws` stops reading at a breach, so the close code it reports is 1006, as for any lost link.
    ws.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('WS_ERR_')) this.#hasBrokenProtocol = true;
    });
  }

  /** Whether the peer sent what no WebSocket client sends, or more than the limit at once. */
  get hasBrokenProtocol(): boolean {
    return this.#hasBrokenProtocol;
  }

  /** Bytes handed over but not yet taken by the kernel. */
  get backlogBytes(): number {
    return this.ref.bufferedAmount + (this.#writer?.waitingBytes ?? 0);
  }

  /**
   * Sends a frame that already has its WebSocket header, so that clients with equal bytes share one buffer.
   *
   * @param payloadOffset - where the payload begins in `frame`
   * @returns whether nobody needs the bytes any more: the kernel has copied them. If not, the buffer belongs to the socket from
   *   now on: never write to it again
   */
  sendFrame(frame: Buffer, payloadOffset: number): boolean {
    if (this.ref.readyState !== this.ref.OPEN) return true;
    if (this.#writer !== null) return this.#writer.write(frame);
    this.#sendThroughStream(frame, payloadOffset);
    return false;
  }

  #sendThroughStream(frame: Buffer, payloadOffset: number): void {
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
