import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { INPUT_BUNDLE_CODE } from '../../protocol/input-bundle.ts';
import type { SharedReadBuffer } from './shared-read-buffer.ts';

// Inputs are short: one TCP segment usually holds whole frames of a few bytes each. For these `ws` runs a Writable
// stream, a state machine and two events per frame; a third of a busy core goes there (docs/adr/0003-short-frames.md).
// This reader takes whole, final, masked, binary frames of at most 125 bytes straight from the socket and hands every
// other byte (partial, long, fragmented, text, control, malformed) to `ws` untouched, which stays the one authority on
// the protocol.
//
//   [0x82][0x80 | n][4-byte mask][n masked bytes]      n <= 125

const FIN_BINARY = 0x82;
const MASKED = 0x80;
const LONGEST_SHORT = 125;
const HEADER_BYTES = 6;

/** What of `ws`' receiver tells that it stands between two frames (checked against the pinned version by a test). */
interface ReceiverState {
  readonly _bufferedBytes: number;
  readonly _state: number;
  readonly _fragmented: number;
  readonly _loop: boolean;
  readonly _maxPayload: number;
  /** False once it has seen a close frame or a protocol error. */
  readonly writable: boolean;
}

interface WsInternals {
  readonly _socket?: Socket;
  readonly _receiver?: ReceiverState;
}

const GET_INFO = 0;

/** First byte of a Colyseus input; rooms read it at once and keep nothing of the frame, as of a bundle of inputs. */
const INPUT_CODE = 19;

/**
 * Reads short frames of `socket` without `ws`' receiver. Does nothing where `ws` is not the Node implementation (Bun).
 *
 * @param reads - where the socket's bytes arrive, when the runtime allows it
 * @returns whether the reader is in place
 */
export function readShortFrames(ws: WebSocket, reads?: SharedReadBuffer): boolean {
  const { _socket: socket, _receiver: receiver } = ws as unknown as WsInternals;
  if (!socket || receiver?._state !== GET_INFO) return false;
  // Every frame that is taken here is within the limit. 0 is none.
  if (receiver._maxPayload > 0 && receiver._maxPayload < LONGEST_SHORT) return false;
  const original = socket.listeners('data');
  const toWs = original[0];
  if (original.length !== 1 || toWs === undefined) return false;

  const tell = listenerOf(ws);
  const take = (chunk: Buffer, isShared: boolean) => {
    const rest = isBetweenFrames(receiver) ? takeShortFrames(ws, tell, chunk, isShared) : chunk;
    // `ws` takes its own listener off when its receiver is done; what still comes is for nobody.
    if (rest !== null && receiver.writable) toWs.call(socket, isShared ? Buffer.from(rest) : rest);
  };
  socket.removeAllListeners('data');
  // Also with a shared buffer: bytes that came with the upgrade request are waiting in the socket.
  socket.on('data', (chunk: Buffer) => take(chunk, false));
  reads?.readInto(socket, (chunk) => take(chunk, true));
  return true;
}

function isBetweenFrames(receiver: ReceiverState): boolean {
  return (
    receiver._state === GET_INFO &&
    receiver._bufferedBytes === 0 &&
    receiver._fragmented === 0 &&
    !receiver._loop
  );
}

type Tell = (payload: Buffer) => void;

/**
 * What a frame is told to. A room's socket has one listener for messages; it is called past `emit`, whose look-up costs as much
 * as reading the frame: every socket has a table of events of its own shape.
 */
function listenerOf(ws: WebSocket): Tell {
  let only: ((payload: Buffer, isBinary: boolean) => void) | null | undefined;
  const forget = (event: string | symbol) => {
    if (event === 'message') only = undefined;
  };
  ws.on('newListener', forget).on('removeListener', forget);
  return (payload) => {
    if (only === undefined) {
      const all = ws.rawListeners('message');
      only = all.length === 1 ? (all[0] as (payload: Buffer, isBinary: boolean) => void) : null;
    }
    if (only === null) ws.emit('message', payload, true);
    else only.call(ws, payload, true);
  };
}

/**
 * Tells of the short frames at the start of `chunk`.
 *
 * @param isShared - whether the bytes of `chunk` are overwritten by the next read
 * @returns what `ws` must still see, or null when nothing is left
 */
function takeShortFrames(
  ws: WebSocket,
  tell: Tell,
  chunk: Buffer,
  isShared: boolean,
): Buffer | null {
  let at = 0;
  while (chunk.length - at >= HEADER_BYTES && ws.readyState === ws.OPEN) {
    const lengthByte = chunk[at + 1] as number;
    if (chunk[at] !== FIN_BINARY || lengthByte < MASKED) break;
    const payloadBytes = lengthByte - MASKED;
    const begin = at + HEADER_BYTES;
    const end = begin + payloadBytes;
    if (payloadBytes > LONGEST_SHORT || end > chunk.length) break;
    unmask(chunk, begin, end);
    const payload = chunk.subarray(begin, end);
    const isInput = payload[0] === INPUT_CODE || payload[0] === INPUT_BUNDLE_CODE;
    tell(isShared && !isInput ? Buffer.from(payload) : payload);
    at = end;
  }
  if (at === chunk.length) return null;
  return at === 0 ? chunk : chunk.subarray(at);
}

/** RFC 6455 §5.3: byte i of the payload is xor-ed with byte i mod 4 of the mask in front of it. */
function unmask(chunk: Buffer, begin: number, end: number): void {
  const mask = begin - 4;
  for (let i = begin, m = 0; i < end; i++, m = (m + 1) & 3) {
    // The loop bounds lie inside the chunk.
    chunk[i] = (chunk[i] as number) ^ (chunk[mask + m] as number);
  }
}
