import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StreamInternals, TcpHandle, WriteRequest } from './stream-internals.ts';

// A patch is one small buffer per client, which the kernel takes at once. `net.Socket` wraps each in a request, three
// callbacks and a turn of the event loop before it finds that out; this file asks the kernel first, and makes a request
// only for what the kernel did not take (docs/adr/0003-short-frames.md).
//
//   write ──▶ nothing waits in the stream? ──▶ handle ──▶ taken: done
//                └ no: the stream's turn        └──────▶ waits in libuv, behind what waits there already
//
// Order is kept: libuv writes in the order it was asked, and it is not asked while the stream holds something back.

/** What of `ws` tells that the bytes of its socket are its own to write. */
interface WsInternals {
  readonly _socket?: Socket;
  readonly _receiver?: object | null;
}

/**
 * The socket of a connection whose frames may be written past `ws`. Bun's `ws` is its own: it shows a socket and no receiver,
 * and what is written to that socket when the kernel takes no more is never sent (docs/adr/0021-bun.md).
 */
export function directSocket(ws: WebSocket): Socket | undefined {
  const { _socket, _receiver } = ws as unknown as WsInternals;
  return _receiver ? _socket : undefined;
}

/** @param writers - of a runtime whose sockets can be written past their streams */
export function writerOf(ws: WebSocket, writers: SocketWriters | null): SocketWriter | null {
  const socket = directSocket(ws);
  return socket === undefined ? null : (writers?.of(socket) ?? null);
}

/** Makes writers for the sockets of a transport. */
export class SocketWriters {
  readonly streams: StreamInternals;
  #spare: WriteRequest;

  constructor(streams: StreamInternals) {
    this.streams = streams;
    this.#spare = new streams.WriteRequest();
  }

  /** A request that no write waits with. */
  get spare(): WriteRequest {
    return this.#spare;
  }

  /** The spare one is in use from now on. */
  takeSpare(): WriteRequest {
    const taken = this.#spare;
    this.#spare = new this.streams.WriteRequest();
    return taken;
  }

  /** @returns null when the socket is no plain TCP connection, or closed */
  of(socket: Socket): SocketWriter | null {
    const handle = this.streams.handleOf(socket);
    return handle === null ? null : new SocketWriter(this, socket, handle);
  }
}

/** Writes to one socket past its stream, where nothing speaks against it. */
export class SocketWriter {
  readonly #writers: SocketWriters;
  readonly #socket: Socket;
  readonly #handle: TcpHandle;
  #waitingBytes = 0;

  constructor(writers: SocketWriters, socket: Socket, handle: TcpHandle) {
    this.#writers = writers;
    this.#socket = socket;
    this.#handle = handle;
  }

  /** Bytes written here and not yet taken by the kernel; those that wait in the stream are not among them. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** @returns whether the kernel has copied it all; if not, `bytes` belong to the socket from now on */
  write(bytes: Uint8Array): boolean {
    if (this.#mayPass()) {
      const waitingBytes = this.#waitingBytes;
      if (this.#ask(bytes)) return this.#waitingBytes === waitingBytes;
    }
    // Also what failed: the stream meets the same error, and knows whom to tell.
    this.#socket.write(bytes);
    return false;
  }

  #mayPass(): boolean {
    // A closed socket has no handle.
    const { _handle: handle } = this.#socket as unknown as { readonly _handle: unknown };
    return handle === this.#handle && this.#socket.writableLength === 0;
  }

  #ask(bytes: Uint8Array): boolean {
    const { spare, streams } = this.#writers;
    if (this.#handle.writeBuffer(spare, bytes) !== 0) return false;
    if (streams.words[streams.isWaitingAt] !== 0) this.#wait(this.#writers.takeSpare(), bytes);
    return true;
  }

  #wait(request: WriteRequest, bytes: Uint8Array): void {
    this.#waitingBytes += bytes.length;
    request.bytes = bytes;
    request.oncomplete = (status) => {
      this.#waitingBytes -= bytes.length;
      if (status < 0) this.#socket.destroy(new Error(`Writing to a socket failed with ${status}.`));
    };
  }
}
