// Memory of frames, handed out piece by piece: a buffer of its own for each frame would cost more than what is in it. A piece is
// never handed out again, and a socket may keep it for as long as it likes; with the last of its pieces, a block goes.

/** Some hundred frames. More would be held by a slow socket that keeps one of them. */
const BLOCK_BYTES = 64 * 1024;
/** A larger frame gets a block of its own. */
const MOST_BYTES = BLOCK_BYTES / 8;

let block = Buffer.alloc(0);
let words = new DataView(block.buffer);
let taken = 0;

/** @returns owned bytes, with anything in them */
export function takeFrameBytes(length: number): Buffer {
  if (length > MOST_BYTES) {
    openBlock(length);
    taken = length;
    return block;
  }
  if (taken + length > block.length) openBlock(BLOCK_BYTES);
  const from = taken;
  taken += length;
  return block.subarray(from, taken);
}

/** The block of the bytes that were taken last, to be written four at a time; they begin at their `byteOffset`. */
export function frameWords(): DataView {
  return words;
}

function openBlock(bytes: number): void {
  block = Buffer.allocUnsafeSlow(bytes);
  words = new DataView(block.buffer);
  taken = 0;
}
