// Memory of frames, handed out piece by piece: a buffer of its own for each frame would cost more than what is in it. A piece is
// never handed out again, and a socket may keep it for as long as it likes; with the last of its pieces, a block goes.

/** Some hundred frames. With more in one block, a slow socket that keeps one of them would hold more. */
const BLOCK_BYTES = 64 * 1024;
/** A larger frame gets memory of its own. */
const MOST_BYTES = BLOCK_BYTES / 8;

let block = Buffer.alloc(0);
let blockWords = new DataView(block.buffer);
let taken = 0;
let words = blockWords;

/** @returns owned bytes, with anything in them */
export function takeFrameBytes(length: number): Buffer {
  if (length > MOST_BYTES) {
    const own = Buffer.allocUnsafeSlow(length);
    words = new DataView(own.buffer);
    return own;
  }
  if (taken + length > block.length) {
    block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    blockWords = new DataView(block.buffer);
    taken = 0;
  }
  words = blockWords;
  const from = taken;
  taken += length;
  return block.subarray(from, taken);
}

/** All the memory that the bytes are in which were taken last, to be written four at a time; they begin at their `byteOffset`. */
export function frameWords(): DataView {
  return words;
}
