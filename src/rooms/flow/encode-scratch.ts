/**
 * The buffer into which every room of this node encodes.
 *
 * Encoding is synchronous and the bytes are copied out before anybody else encodes, so one buffer serves all rooms;
 * stock Colyseus keeps two per room (32 KiB and more).
 */
export class EncodeScratch {
  buffer: Uint8Array;

  constructor(initialBytes = 256 * 1024) {
    this.buffer = new Uint8Array(initialBytes);
  }

  /** Keeps the larger buffer when an encoder had to grow it. */
  adopt(grown: Uint8Array): void {
    if (grown.byteLength > this.buffer.byteLength) this.buffer = grown;
  }
}
