import { Socket } from 'node:net';

// Node reads every TCP segment into a new 64 KiB allocation, cuts it to size and wraps it: 1.5 µs of the 8 µs that
// receiving a small message costs. `net.connect({ onread })` lets clients read into a buffer of their own; for accepted
// sockets Node has the same machinery and no public option. This file turns it on where it finds it as expected, and
// says no otherwise: the socket then reads as always (docs/adr/0003-short-frames.md).

const READ_BYTES = 64 * 1024;

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

  /**
   * Hands what `socket` receives to `take`, in place of its `data` events.
   *
   * The bytes belong to `take` until it returns: it must copy what it keeps.
   *
   * @returns false when this runtime does not offer it; the socket is untouched then
   */
  readInto(socket: Socket, take: (bytes: Buffer) => void): boolean {
    const handle = (socket as unknown as { readonly _handle?: UserBufferHandle | null })._handle;
    if (this.#symbols === null || typeof handle?.useUserBuffer !== 'function') return false;
    handle.useUserBuffer(this.#buffer);
    Object.assign(socket, {
      [this.#symbols.buffer]: this.#buffer,
      [this.#symbols.generator]: null,
      [this.#symbols.callback]: (readBytes: number, buffer: Buffer) => {
        take(buffer.subarray(0, readBytes));
        return true;
      },
    });
    return true;
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
