import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { INPUT_BUNDLE_CODE } from '../../protocol/input-bundle.ts';
import type { ByteTaker, SharedReadBuffer } from './shared-read-buffer.ts';

// Inputs are short: one TCP segment usually holds whole frames of a few bytes each. For these `ws` runs a Writable
// stream, a state machine and two events per frame; a third of a busy core goes there (docs/adr/0003-short-frames.md).
// This reader takes whole, final, masked, binary frames of at most 125 bytes straight from the socket, and pongs (each client
// answers a ping or two a second), and hands every other byte (partial, long, fragmented, text, control, malformed) to `ws`
// untouched, which stays the one authority on the protocol.
//
//   [0x82 or 0x8a][0x80 | n][4-byte mask][n masked bytes]      n <= 125

const FIN_BINARY = 0x82;
const FIN_PONG = 0x8a;
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

/** Takes inputs where they lie, in place of a listener for messages. */
export interface InputLane {
  /**
   * @param begin - where the payload begins in `bytes`; both are the reader's own again afterwards
   * @returns false for what must go the long way, as a message; nothing has been done with it then
   */
  take(bytes: Buffer, begin: number, end: number): boolean;
}

/**
 * Reads short frames of `ws` and its pongs without `ws`' receiver. Does nothing where `ws` is not the Node implementation (Bun).
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

  const reader = new ShortFrameReader(ws, receiver, (chunk) => toWs.call(socket, chunk));
  (ws as WithReader)[READER] = reader;
  socket.removeAllListeners('data');
  // Also with a shared buffer: bytes that came with the upgrade request are waiting in the socket.
  socket.on('data', (chunk: Buffer) => reader.take(chunk, chunk.length, false));
  reads?.readInto(socket, reader);
  return true;
}

/**
 * From now on inputs that `ws` receives in short frames are shown to `lane` first, until a listener for messages leaves: whoever
 * takes it away wants to hear no more.
 */
export function layInputLane(ws: WebSocket, lane: InputLane): void {
  const reader = (ws as WithReader)[READER];
  if (reader !== undefined) reader.lane = lane;
}

/** Where a socket carries its reader. */
const READER = Symbol('meridian.short-frame-reader');
type WithReader = WebSocket & { [READER]?: ShortFrameReader };
type Listener = (payload: Buffer, isBinary: boolean) => void;

class ShortFrameReader implements ByteTaker {
  lane: InputLane | null = null;
  readonly #ws: WebSocket;
  readonly #receiver: ReceiverState;
  readonly #toWs: (chunk: Buffer) => void;
  /**
   * Whether `ws` has been given something, and may stand within a frame or be closing: only then it is looked at. What closes a
   * connection from here, the room knows of.
   */
  #isWithWs = true;
  /**
   * The one listener for messages that a room's socket has; it is called past `emit`, whose look-up costs as much as reading
   * the frame: every socket has a table of events of its own shape. Null: none, or several; undefined: to be looked up.
   */
  #listener: Listener | null | undefined;

  constructor(ws: WebSocket, receiver: ReceiverState, toWs: (chunk: Buffer) => void) {
    this.#ws = ws;
    this.#receiver = receiver;
    this.#toWs = toWs;
    ws.on('newListener', (event) => {
      if (event === 'message') this.#listener = undefined;
    });
    ws.on('removeListener', (event) => {
      if (event !== 'message') return;
      this.#listener = undefined;
      this.lane = null;
    });
  }

  takeShared(buffer: Buffer, count: number): void {
    this.take(buffer, count, true);
  }

  /**
   * Tells of the short frames at the start of `chunk`, and gives `ws` the rest.
   *
   * @param isShared - whether the bytes of `chunk` are overwritten by the next read
   */
  take(chunk: Buffer, count: number, isShared: boolean): void {
    const taken = this.#isBetweenFrames() ? this.#takeShort(chunk, count, isShared) : 0;
    // `ws` takes its own listener off when its receiver is done; what still comes is for nobody.
    if (taken === count || !this.#receiver.writable) return;
    this.#isWithWs = true;
    const rest = chunk.subarray(taken, count);
    this.#toWs(isShared ? Buffer.from(rest) : rest);
  }

  #isBetweenFrames(): boolean {
    if (!this.#isWithWs) return true;
    const { _state, _bufferedBytes, _fragmented, _loop, writable } = this.#receiver;
    const isBetween = _state === GET_INFO && _bufferedBytes === 0 && _fragmented === 0 && !_loop;
    const isOpen = writable && this.#ws.readyState === this.#ws.OPEN;
    this.#isWithWs = !(isBetween && isOpen);
    return !this.#isWithWs;
  }

  /** @returns how many bytes of `chunk` are done with */
  #takeShort(chunk: Buffer, count: number, isShared: boolean): number {
    let at = 0;
    while (count - at >= HEADER_BYTES) {
      const kind = chunk[at];
      const lengthByte = chunk[at + 1] as number;
      if ((kind !== FIN_BINARY && kind !== FIN_PONG) || lengthByte < MASKED) break;
      const payloadBytes = lengthByte - MASKED;
      const begin = at + HEADER_BYTES;
      const end = begin + payloadBytes;
      if (payloadBytes > LONGEST_SHORT || end > count) break;
      unmask(chunk, begin, end);
      if (kind === FIN_PONG) this.#ws.emit('pong', Buffer.from(chunk.subarray(begin, end)));
      else if (this.lane === null || !this.lane.take(chunk, begin, end)) {
        this.#tell(chunk.subarray(begin, end), isShared);
      }
      at = end;
    }
    return at;
  }

  #tell(payload: Buffer, isShared: boolean): void {
    const ws = this.#ws;
    const isInput = payload[0] === INPUT_CODE || payload[0] === INPUT_BUNDLE_CODE;
    const told = isShared && !isInput ? Buffer.from(payload) : payload;
    if (this.#listener === undefined) {
      const all = ws.rawListeners('message');
      this.#listener = all.length === 1 ? (all[0] as Listener) : null;
    }
    if (this.#listener === null) ws.emit('message', told, true);
    else this.#listener.call(ws, told, true);
  }
}

/** RFC 6455 §5.3: byte i of the payload is xor-ed with byte i mod 4 of the mask in front of it. */
function unmask(chunk: Buffer, begin: number, end: number): void {
  const mask = begin - 4;
  for (let i = begin, m = 0; i < end; i++, m = (m + 1) & 3) {
    // The loop bounds lie inside the chunk.
    chunk[i] = (chunk[i] as number) ^ (chunk[mask + m] as number);
  }
}
