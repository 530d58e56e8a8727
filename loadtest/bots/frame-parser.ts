// The receiving half of a WebSocket client (RFC 6455 §5), fed with TCP chunks as they come.
//
//   chunk ─▶ [rest of the last chunk] + chunk ─▶ frame, frame, frame, … ─▶ sink
//                                                └ half a frame is kept for the next chunk
//
// Built for load generators: a frame that lies whole inside a chunk is handed on as a view, nothing is copied or
// allocated for it but the view itself.

/** WebSocket opcodes (RFC 6455 §5.2). */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Who receives what the parser finds. Payloads are views, valid only during the call. */
export interface FrameSink {
  onMessage(payload: Uint8Array, opcode: number): void;
  onPing(payload: Uint8Array): void;
  onPong(payload: Uint8Array): void;
  /** `code` is 1005 when the frame carried none. */
  onClose(code: number, reason: string): void;
}

/** Code for "the close frame had no code" (RFC 6455 §7.1.5). */
export const NO_CLOSE_CODE = 1005;

const NOTHING = new Uint8Array(0);
const utf8 = new TextDecoder();

export class FrameParser {
  readonly #sink: FrameSink;
  readonly #maxPayloadBytes: number;
  #rest: Uint8Array = NOTHING;
  /** Parts of a fragmented message so far. */
  #fragments: Uint8Array[] = [];
  #fragmentOpcode = 0;

  constructor(sink: FrameSink, options: { readonly maxPayloadBytes?: number } = {}) {
    this.#sink = sink;
    this.#maxPayloadBytes = options.maxPayloadBytes ?? 16 * 1024 * 1024;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws {Error} when the bytes are no server-to-client WebSocket frames: the stream cannot be trusted any more
   */
  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : concat(this.#rest, chunk);
    let offset = 0;
    for (;;) {
      const frameBytes = this.#readFrame(bytes, offset);
      if (frameBytes === 0) break;
      offset += frameBytes;
    }
    // The chunk belongs to the socket, which may reuse it: what stays must be our own copy.
    this.#rest = offset === bytes.length ? NOTHING : copyOf(bytes.subarray(offset));
  }

  /** Hands the frame at `offset` to the sink; returns its size, or 0 while it is incomplete. */
  #readFrame(bytes: Uint8Array, offset: number): number {
    const available = bytes.length - offset;
    if (available < 2) return 0;
    const first = bytes[offset] as number;
    const second = bytes[offset + 1] as number;
    if ((second & 0x80) !== 0) throw new Error('A server must not mask its frames.');
    if ((first & 0x70) !== 0) throw new Error('A frame uses an extension nobody asked for.');

    let payloadBytes = second & 0x7f;
    let headerBytes = 2;
    if (payloadBytes === 126) {
      if (available < 4) return 0;
      payloadBytes = ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number);
      headerBytes = 4;
    } else if (payloadBytes === 127) {
      if (available < 10) return 0;
      payloadBytes = readUint64(bytes, offset + 2);
      headerBytes = 10;
    }
    if (payloadBytes > this.#maxPayloadBytes) {
      throw new Error(`A frame of ${payloadBytes} bytes is over ${this.#maxPayloadBytes}.`);
    }
    if (available < headerBytes + payloadBytes) return 0;

    const start = offset + headerBytes;
    this.#dispatch(first, bytes.subarray(start, start + payloadBytes));
    return headerBytes + payloadBytes;
  }

  #dispatch(firstByte: number, payload: Uint8Array): void {
    const opcode = firstByte & 0x0f;
    const isFinal = (firstByte & 0x80) !== 0;
    switch (opcode) {
      case Opcode.TEXT:
      case Opcode.BINARY:
        if (isFinal) this.#sink.onMessage(payload, opcode);
        else {
          this.#fragmentOpcode = opcode;
          this.#fragments = [copyOf(payload)];
        }
        return;
      case Opcode.CONTINUATION:
        this.#continue(payload, isFinal);
        return;
      case Opcode.PING:
        this.#sink.onPing(payload);
        return;
      case Opcode.PONG:
        this.#sink.onPong(payload);
        return;
      case Opcode.CLOSE:
        if (payload.length < 2) this.#sink.onClose(NO_CLOSE_CODE, '');
        else {
          const code = ((payload[0] as number) << 8) | (payload[1] as number);
          this.#sink.onClose(code, utf8.decode(payload.subarray(2)));
        }
        return;
      default:
        throw new Error(`Unknown opcode ${opcode}.`);
    }
  }

  #continue(payload: Uint8Array, isFinal: boolean): void {
    if (this.#fragments.length === 0) throw new Error('A continuation without a beginning.');
    this.#fragments.push(copyOf(payload));
    if (!isFinal) return;
    const whole = this.#fragments.reduce(concat, NOTHING);
    this.#fragments = [];
    this.#sink.onMessage(whole, this.#fragmentOpcode);
  }
}

/** Not `slice()`: on Node chunks are Buffers, whose `slice` is a view. */
function copyOf(view: Uint8Array): Uint8Array {
  return new Uint8Array(view);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a, 0);
  joined.set(b, a.length);
  return joined;
}

function readUint64(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}
