import { SWITCH_TO_STRUCTURE } from '../journal/schema-internals.ts';

const ROOT_REF_ID = 0;

// A patch is [255][reference][operations] …, and its first operations may be those of the state itself, without the three signs. So
// patches in a row are one patch, if each begins with a reference:
//
//   [patch of tick 1][255][0][patch of tick 2][255][0] …
//
// Values are absolute, and what a decoder collects (references that nothing holds) it collects at the end.

/** Length of `joinPatches`. */
export function joinedBytes(bodies: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const [i, body] of bodies.entries()) bytes += body.length + (needsRoot(body, i) ? 2 : 0);
  return bytes;
}

/** Writes several patches in a row as one. @param bodies - without protocol bytes, the oldest first */
export function joinPatches(bodies: readonly Uint8Array[], target: Uint8Array, at: number): void {
  let offset = at;
  for (const [i, body] of bodies.entries()) {
    if (needsRoot(body, i)) {
      target[offset++] = SWITCH_TO_STRUCTURE;
      target[offset++] = ROOT_REF_ID;
    }
    target.set(body, offset);
    offset += body.length;
  }
}

function needsRoot(body: Uint8Array, place: number): boolean {
  return place > 0 && body.length > 0 && body[0] !== SWITCH_TO_STRUCTURE;
}
