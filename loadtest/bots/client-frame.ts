import { Opcode } from './frame-parser.ts';

/**
 * One client-to-server WebSocket frame, built once and sent many times with a few bytes changed.
 *
 * The masking key stays the same for the frame's life, so that a changed byte is one XOR and a send allocates nothing.
 * (RFC 6455 §5.3 wants a fresh key per frame, against hostile proxies; a server does the same work either way. The key
 * is never zero: `ws` skips the unmasking then, and the bench would flatter it.)
 *
 *   [fin|opcode] [mask|length] ([length u16]) [key × 4] [payload XOR key]
 */
export class ClientFrame {
  readonly bytes: Uint8Array;
  readonly #payloadStart: number;

  constructor(payload: Uint8Array, opcode: number = Opcode.BINARY, key: number = randomKey()) {
    if (payload.length > 0xffff) throw new RangeError('Client frames here are at most 64 KiB.');
    const isShort = payload.length < 126;
    const keyStart = isShort ? 2 : 4;
    this.#payloadStart = keyStart + 4;
    this.bytes = new Uint8Array(this.#payloadStart + payload.length);
    this.bytes[0] = 0x80 | opcode;
    this.bytes[1] = 0x80 | (isShort ? payload.length : 126);
    const view = new DataView(this.bytes.buffer);
    if (!isShort) view.setUint16(2, payload.length);
    view.setUint32(keyStart, key);
    for (let i = 0; i < payload.length; i++) this.setByte(i, payload[i] as number);
  }

  /** Changes one byte of the payload, by its unmasked value. */
  setByte(offset: number, value: number): void {
    const key = this.bytes[this.#payloadStart - 4 + (offset & 3)] as number;
    this.bytes[this.#payloadStart + offset] = value ^ key;
  }

  setUint16(offset: number, value: number, isLittleEndian: boolean): void {
    this.setByte(offset + (isLittleEndian ? 0 : 1), value & 0xff);
    this.setByte(offset + (isLittleEndian ? 1 : 0), value >>> 8);
  }

  /** Writes `value` as exactly `digits` ASCII digits. */
  setDecimal(offset: number, value: number, digits: number): void {
    let left = value;
    for (let i = digits - 1; i >= 0; i--) {
      this.setByte(offset + i, 48 + (left % 10));
      left = Math.floor(left / 10);
    }
  }
}

function randomKey(): number {
  return 1 + Math.floor(Math.random() * 0xffff_fffe);
}
