import type { Socket } from 'node:net';
import { WebSocketClient } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';

/** The socket of a connection whose frames may be written past `ws`; absent on Bun, whose `ws` is its own. */
function directSocket(ws: WebSocket): Socket | undefined {
  return (ws as unknown as { readonly _socket?: Socket })._socket ?? undefined;
}

/** Colyseus' client on a WebSocket, plus what flow control needs: ready-made frames in, the backlog out. */
export class MeridianClient extends WebSocketClient {
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

  /** Ends the connection at once, without a closing handshake: for peers that no longer read. */
  terminate(): void {
    this.ref.terminate();
  }
}
