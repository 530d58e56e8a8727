import type { Socket } from 'node:net';

// What Node keeps under `net.Socket`: the handle of a TCP connection, and the words in which it says how a read or a write
// went. Node has no public door to them; `process.binding` is the one it keeps open for such modules as this. Looked for,
// never relied upon: where something is missing or another shape, sockets are read and written as always
// (docs/adr/0003-short-frames.md).

/** A TCP connection, as `net.Socket` drives it. */
export interface TcpHandle {
  /** Called after each read; how it went stands in {@link StreamInternals.words}. */
  onread: (this: TcpHandle, bytes: ArrayBuffer | undefined) => void;
  useUserBuffer(buffer: Uint8Array): void;
  /** @returns 0, or a negative error of libuv: nothing has been written then */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

/** Becomes part of a write that the kernel does not take at once, and of no other. */
export interface WriteRequest {
  /** Keeps the bytes alive while they wait. */
  bytes?: Uint8Array;
  /** @param status - 0, or a negative error of libuv */
  oncomplete?: (status: number) => void;
}

export interface StreamInternals {
  readonly words: Int32Array;
  /** Where the bytes of the last read stand: positive, or a negative error of libuv, the end of the stream among them. */
  readonly readBytesAt: number;
  /** Where it stands whether the last write has begun to wait for the kernel. */
  readonly isWaitingAt: number;
  readonly WriteRequest: new () => WriteRequest;
  /** The handle of a socket; null when it has none, or none of plain TCP. */
  handleOf(socket: Socket): TcpHandle | null;
}

interface StreamBinding {
  readonly streamBaseState?: unknown;
  readonly kReadBytesOrError?: unknown;
  readonly kLastWriteWasAsync?: unknown;
  readonly WriteWrap?: unknown;
}

type Binding = (name: string) => unknown;

/** @returns null when this runtime has them not, or not as expected */
export function findStreamInternals(): StreamInternals | null {
  const { binding } = process as unknown as { readonly binding?: Binding };
  try {
    const stream = binding?.('stream_wrap') as StreamBinding | undefined;
    const { TCP } = (binding?.('tcp_wrap') ?? {}) as { readonly TCP?: unknown };
    return stream === undefined || typeof TCP !== 'function' ? null : internalsOf(stream, TCP);
  } catch {
    // A runtime that knows no such binding, or a policy that forbids it.
    return null;
  }
}

function internalsOf(stream: StreamBinding, tcp: object): StreamInternals | null {
  const { streamBaseState: words, kReadBytesOrError, kLastWriteWasAsync, WriteWrap } = stream;
  if (!(words instanceof Int32Array) || typeof WriteWrap !== 'function') return null;
  if (typeof kReadBytesOrError !== 'number' || typeof kLastWriteWasAsync !== 'number') return null;
  return {
    words,
    readBytesAt: kReadBytesOrError,
    isWaitingAt: kLastWriteWasAsync,
    WriteRequest: WriteWrap as new () => WriteRequest,
    handleOf(socket) {
      const handle = (socket as unknown as { readonly _handle?: object | null })._handle;
      // TLS has a handle of its own, which does not write what it is given.
      if (!(handle instanceof (tcp as new () => object))) return null;
      const { onread, useUserBuffer, writeBuffer } = handle as Partial<TcpHandle>;
      const isAsExpected = [onread, useUserBuffer, writeBuffer].every(
        (each) => typeof each === 'function',
      );
      return isAsExpected ? (handle as TcpHandle) : null;
    },
  };
}
