import { Socket } from 'node:net';
import type { StreamInternals, TcpHandle } from './stream-internals.ts';

// Node reads every TCP segment into a new 64 KiB allocation, cuts it to size and wraps it: 1.5 µs of the 8 µs that
// receiving a small message costs. `net.connect({ onread })` lets clients read into a buffer of their own; for accepted
// sockets Node has the same machinery and no public option. This file turns it on where it finds it as expected, and
// says no otherwise: the socket then reads as always (docs/adr/0003-short-frames.md).
//
//   handle ─▶ Node's own listener ─▶ taker       the first read: shows that the handle says the same as Node
//   handle ───────────────────────▶ taker       from then on; what is no data (the end, an error) still goes to Node

const READ_BYTES = 64 * 1024;

/** Who gets what a socket receives. */
export interface ByteTaker {
  /** Takes `count` bytes at the start of `buffer`, which are its own until it returns: it must copy what it keeps. */
  takeShared(buffer: Buffer, count: number): void;
}

/** Where a handle carries who gets its bytes. One function reads for all handles: thousands of them would be in no cache. */
const TAKER = Symbol('meridian.byte-taker');
type TakenHandle = TcpHandle & { [TAKER]?: ByteTaker };

interface OnreadSymbols {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generator: symbol;
}

interface UserBufferHandle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/** One buffer into which all sockets of a transport read, one after another. */
export class SharedReadBuffer {
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #symbols = findOnreadSymbols();
  readonly #streams: StreamInternals | null;
  /** Node's own listener, the same for all sockets, and ours in its place. */
  #stock: TcpHandle['onread'] | undefined;
  #short: TcpHandle['onread'] | undefined;

  constructor(streams: StreamInternals | null) {
    this.#streams = streams;
  }

  /**
   * Hands what `socket` receives to `taker`, in place of its `data` events. Time-outs of the socket do not count it.
   *
   * @returns false when this runtime does not offer it; the socket is untouched then
   */
  readInto(socket: Socket, taker: ByteTaker): boolean {
    const handle = (socket as unknown as { readonly _handle?: UserBufferHandle | null })._handle;
    if (this.#symbols === null || typeof handle?.useUserBuffer !== 'function') return false;
    handle.useUserBuffer(this.#buffer);
    Object.assign(socket, {
      [this.#symbols.buffer]: this.#buffer,
      [this.#symbols.generator]: null,
      [this.#symbols.callback]: (count: number, buffer: Buffer) => {
        this.#shorten(socket, taker, count);
        taker.takeShared(buffer, count);
        return true;
      },
    });
    return true;
  }

  /** Node's listener looks ten things up per read, on objects that no cache holds any more when their turn comes. */
  #shorten(socket: Socket, taker: ByteTaker, count: number): void {
    const streams = this.#streams;
    const handle: TakenHandle | null = streams?.handleOf(socket) ?? null;
    if (streams === null || handle === null || streams.words[streams.readBytesAt] !== count) return;
    this.#stock ??= handle.onread;
    if (handle.onread !== this.#stock) return;
    handle[TAKER] = taker;
    this.#short ??= this.#readShort(streams, this.#stock);
    handle.onread = this.#short;
  }

  #readShort(
    { words, readBytesAt }: StreamInternals,
    stock: TcpHandle['onread'],
  ): TcpHandle['onread'] {
    const buffer = this.#buffer;
    return function read(this: TakenHandle, bytes) {
      const count = words[readBytesAt] as number;
      if (count > 0) this[TAKER]?.takeShared(buffer, count);
      else stock.call(this, bytes);
    };
  }
}

/** The keys under which Node keeps the `onread` option, read off a socket that was made with it. */
function findOnreadSymbols(): OnreadSymbols | null {
  const probe = new Socket({ onread: { buffer: Buffer.alloc(1), callback: () => true } } as never);
  const byName = new Map(
    Object.getOwnPropertySymbols(probe).map((symbol) => [symbol.description, symbol]),
  );
  probe.destroy();
  const buffer = byName.get('kBuffer');
  const callback = byName.get('kBufferCb');
  const generator = byName.get('kBufferGen');
  return buffer && callback && generator ? { buffer, callback, generator } : null;
}
