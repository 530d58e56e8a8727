// What a client is told when it comes back to its seat, inside Colyseus' JOIN_ROOM frame, as one more of its tagged sections
// (`[tag u8][length varint][payload]`; SDKs that do not know the tag skip it):
//
//   payload: [version u8 = 1][epoch u32 LE][messages u32 LE][inputs u32 LE]
//
// A client that kept what it sent since then sends the rest again: each message and input is applied once, whether the link
// broke before or after it arrived, and whichever node answers now (docs/spec/survival.md, SV-39).

/** Tag of the section; Colyseus' own are small numbers. */
export const RESUME_SECTION_TAG = 0x4d;
const VERSION = 1;
const PAYLOAD_BYTES = 13;
/** Tag and length included. */
export const RESUME_SECTION_BYTES = 2 + PAYLOAD_BYTES;

/** How much of what a session ever sent is part of the state it is about to receive. */
export interface ResumePoint {
  /** Of the room's ownership; grows by one with each failover or move. */
  readonly epoch: number;
  /** Messages (frames of code 13 and 17) processed since the session began, over all its connections. */
  readonly messages: number;
  /** Inputs processed (applied or refused) since the session began, over all its connections. */
  readonly inputs: number;
}

/** The section, tag and length included. */
export function encodeResumeSection(point: ResumePoint): Uint8Array {
  const bytes = new Uint8Array(RESUME_SECTION_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = RESUME_SECTION_TAG;
  // Below 128 Colyseus' varint is the number itself.
  bytes[1] = PAYLOAD_BYTES;
  bytes[2] = VERSION;
  view.setUint32(3, point.epoch, true);
  view.setUint32(7, point.messages, true);
  view.setUint32(11, point.inputs, true);
  return bytes;
}

/**
 * Finds the section in a JOIN_ROOM frame. Meridian writes it last, so it is looked for at the end.
 *
 * @param frame - `[10][…]`, a whole JOIN_ROOM frame
 * @returns null when the server is no Meridian, or a newer one
 */
export function decodeResumeSection(frame: Uint8Array): ResumePoint | null {
  const start = frame.byteLength - RESUME_SECTION_BYTES;
  if (start < 1 || frame[start] !== RESUME_SECTION_TAG) return null;
  if (frame[start + 1] !== PAYLOAD_BYTES || frame[start + 2] !== VERSION) return null;
  const view = new DataView(frame.buffer, frame.byteOffset + start, RESUME_SECTION_BYTES);
  return {
    epoch: view.getUint32(3, true),
    messages: view.getUint32(7, true),
    inputs: view.getUint32(11, true),
  };
}
