import type { Socket } from 'node:net';
import { Protocol } from '@colyseus/core';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { CloseCode } from '../../protocol/close-codes.ts';
import { closeReason, closeSocket } from './close-socket.ts';

const CLOSING_HANDSHAKE_MS = 2_000;

const DEFAULT_REASONS: Readonly<Record<number, string>> = {
  [CloseCode.SERVER_SHUTDOWN]: 'The server is shutting down.',
  [CloseCode.WITH_ERROR]: 'The room could not accept what this client sent.',
};

/** What of `ws` tells that the bytes of its socket are its own to write. */
interface WsInternals {
  readonly _socket?: Socket;
  readonly _receiver?: object | null;
}

/**
 * The socket of a connection whose frames may be written past `ws`. Bun's `ws` is its own: it shows a socket and no receiver,
 * and what is written to that socket when the kernel takes no more is never sent (docs/adr/0021-bun.md).
 */
function directSocket(ws: WebSocket): Socket | undefined {
  const { _socket, _receiver } = ws as unknown as WsInternals;
  return _receiver ? _socket : undefined;
}

/** Colyseus' client on a WebSocket, plus what flow control needs: ready-made frames in, the backlog out. */
export class MeridianClient extends WebSocketClient {
  /** Set by the room: adds to the frame that tells the client it has joined. Called once, right before that frame leaves. */
  completeJoinFrame: ((frame: Uint8Array) => Uint8Array) | null = null;
  #hasBrokenProtocol = false;

  constructor(sessionId: string, ws: WebSocket) {
    super(sessionId, ws);
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
