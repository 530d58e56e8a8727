// Several inputs of a client in one WebSocket frame: receiving a frame costs more than all that is in it (docs/adr/0019-inputs.md).
//
//   frame:  [31] entry…       oldest first
//   entry:  [head u8][bytes]  head: bit 7 set when a time stamp leads the bytes (TIMED in Colyseus), bits 0–6 how many follow
//           the bytes are those behind the first one of Colyseus' frame of code 19: [stamp?][changed fields]
//
// A room that reads such frames says so in its JOIN frame, right before the resume section:
//
//   [tag u8 = 0x49][length = 2][version u8 = 1][most inputs of a frame u8]
//
// Colyseus' own codes end at 22, and SDKs skip sections they do not know. A client that was not told sends single frames.

import { RESUME_SECTION_BYTES } from './resume.ts';

/** First byte of a frame with several inputs; the last of Colyseus' 5-bit codes. */
export const INPUT_BUNDLE_CODE = 31;
/** Colyseus' frame of one input, without the bits above that mark a stamp. */
export const SINGLE_INPUT_CODE = 19;
/** Inputs in one frame at most: more than a client that came back sends again at once. */
export const MOST_BUNDLED_INPUTS = 64;
/** Of `[code][entries]`; a WebSocket frame up to this long has the short header, and servers read it the short way. */
export const LONGEST_BUNDLE_BYTES = 125;
/** Bit of an entry's head. */
export const STAMPED_ENTRY = 0x80;
/** Mask of an entry's head, and the most bytes an entry has behind it. */
export const ENTRY_LENGTH = 0x7f;

const SECTION_TAG = 0x49;
const VERSION = 1;
const SECTION_BYTES = 4;

/**
 * The section of the JOIN frame, tag and length included.
 *
 * @param mostInputs - in one frame; 1 in rooms without fixed steps, where inputs are best as soon as they can be
 */
export function encodeBundleSection(mostInputs: number): Uint8Array {
  return Uint8Array.of(SECTION_TAG, SECTION_BYTES - 2, VERSION, mostInputs);
}

/**
 * @param frame - a whole JOIN frame
 * @returns how many inputs the room takes in one frame; 1 when it does not say
 */
export function decodeBundleSection(frame: Uint8Array): number {
  const start = frame.byteLength - RESUME_SECTION_BYTES - SECTION_BYTES;
  if (start < 1 || frame[start] !== SECTION_TAG) return 1;
  if (frame[start + 1] !== SECTION_BYTES - 2 || frame[start + 2] !== VERSION) return 1;
  return Math.max(1, frame[start + 3] as number);
}

/** Fills one frame with inputs, over and over. */
export class InputBundle {
  readonly #bytes = new Uint8Array(LONGEST_BUNDLE_BYTES);
  #length = 1;
  #count = 0;

  constructor() {
    this.#bytes[0] = INPUT_BUNDLE_CODE;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * @param frame - one input as Colyseus sends it; copied
   * @returns false when it does not fit any more, or in no bundle at all
   */
  add(frame: Uint8Array): boolean {
    const bytes = frame.byteLength - 1;
    if (this.#length + 1 + bytes > LONGEST_BUNDLE_BYTES || this.#count === MOST_BUNDLED_INPUTS) {
      return false;
    }
    // Colyseus' TIMED is the same bit.
    this.#bytes[this.#length] = ((frame[0] as number) & STAMPED_ENTRY) | bytes;
    this.#bytes.set(frame.subarray(1), this.#length + 1);
    this.#length += 1 + bytes;
    this.#count += 1;
    return true;
  }

  /** The frame, in memory that the next `add` writes to; the bundle is empty afterwards. */
  take(): Uint8Array {
    const frame = this.#bytes.subarray(0, this.#length);
    this.clear();
    return frame;
  }

  clear(): void {
    this.#length = 1;
    this.#count = 0;
  }
}
