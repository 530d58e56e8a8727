import type { WebSocket } from 'ws';
import { directSocket, type SocketWriter } from './socket-writer.ts';

// Control frames of a server, ready to be written (RFC 6455 §5.5): unmasked, 125 bytes at most.
//
//   ping    [0x89][8][f64: when it left, ms]     answered by whoever speaks the protocol, browsers among it, with the same 8 bytes
//   filler  [0x8a][n][n zeros] …                 a pong that nobody asked for: allowed, read and ignored (§5.5.3)

const PING = 0x89;
const PONG = 0x8a;
const HEADER_BYTES = 2;
const MOST_BYTES = 125;
const NOTHING = new Uint8Array(0);

/** Length of what a ping carries. */
export const STAMP_BYTES = 8;

/** @param stampMs - what comes back */
export function pingFrame(stampMs: number): Buffer {
  return pingBehind(NOTHING, stampMs);
}

/** A copy of `frames` with a ping behind them. @param stampMs - what comes back */
export function pingBehind(frames: Uint8Array, stampMs: number): Buffer {
  const all = Buffer.allocUnsafe(frames.length + HEADER_BYTES + STAMP_BYTES);
  all.set(frames);
  all[frames.length] = PING;
  all[frames.length + 1] = STAMP_BYTES;
  all.writeDoubleLE(stampMs, frames.length + HEADER_BYTES);
  return all;
}

/** Pongs of `bytes` altogether, or a few more. */
export function fillerFrames(bytes: number): Buffer {
  const count = Math.max(1, Math.ceil(bytes / (HEADER_BYTES + MOST_BYTES)));
  const payloadBytes = Math.min(MOST_BYTES, Math.max(0, Math.ceil(bytes / count) - HEADER_BYTES));
  const frames = Buffer.alloc(count * (HEADER_BYTES + payloadBytes));
  for (let at = 0; at < frames.length; at += HEADER_BYTES + payloadBytes) {
    frames[at] = PONG;
    frames[at + 1] = payloadBytes;
  }
  return frames;
}

/**
 * Sends frames the shortest way there is: `ws` would write header and content of each apart.
 *
 * @param writer - to its socket, where that can be written past its stream
 */
export function sendControlFrames(
  ws: WebSocket,
  frames: Buffer,
  writer: SocketWriter | null = null,
): void {
  const socket = directSocket(ws);
  if (writer !== null) writer.write(frames);
  else if (socket !== undefined) socket.write(frames);
  else sendByWs(ws, frames);
}

function sendByWs(ws: WebSocket, frames: Buffer): void {
  for (let at = 0; at < frames.length; ) {
    const from = at + HEADER_BYTES;
    const to = from + (frames[at + 1] as number);
    if (frames[at] === PING) ws.ping(frames.subarray(from, to));
    else ws.pong(frames.subarray(from, to));
    at = to;
  }
}
