import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameParser, NO_CLOSE_CODE, Opcode } from './frame-parser.ts';

interface Message {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** What a parser told, its views copied. */
class Recorder {
  readonly messages: Message[] = [];
  readonly pings: Uint8Array[] = [];
  readonly closes: { code: number; reason: string }[] = [];

  onMessage(payload: Uint8Array, opcode: number): void {
    this.messages.push({ opcode, payload: new Uint8Array(payload) });
  }
  onPing(payload: Uint8Array): void {
    this.pings.push(new Uint8Array(payload));
  }
  onPong(): void {}
  onClose(code: number, reason: string): void {
    this.closes.push({ code, reason });
  }
}

/** A frame as a server sends it, in any of the three length forms. */
function serverFrame(opcode: number, payload: Uint8Array, isFinal = true): Uint8Array {
  const head = [(isFinal ? 0x80 : 0) | opcode];
  if (payload.length < 126) head.push(payload.length);
  else if (payload.length < 0x1_0000) head.push(126, payload.length >>> 8, payload.length & 0xff);
  else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(payload.length));
    head.push(127, ...length);
  }
  return Buffer.concat([Uint8Array.from(head), payload]);
}

const anyPayload = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 65_530, maxLength: 65_600 }) },
);
const anyMessage = fc.record({
  opcode: fc.constantFrom<number>(Opcode.TEXT, Opcode.BINARY),
  payload: anyPayload,
  /** Where the message is cut into fragments, as shares of its length. */
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
  /** A ping between the fragments (RFC 6455 §5.4 allows it). */
  hasPing: fc.boolean(),
});

describe('FrameParser', () => {
  test('finds every message, however the stream is split or merged', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 2_000 })),
        (sent, chunkSizes) => {
          const stream = Buffer.concat(sent.flatMap(framesOf));
          const recorder = new Recorder();
          const parser = new FrameParser(recorder);
          for (let offset = 0; offset < stream.length; ) {
            const size = chunkSizes.next().value as number;
            // The socket reuses its buffer: what the parser keeps must survive that.
            const chunk = Buffer.from(stream.subarray(offset, offset + size));
            parser.push(chunk);
            chunk.fill(0xff);
            offset += size;
          }
          expect(recorder.messages).toEqual(
            sent.map(({ opcode, payload: bytes }) => ({ opcode, payload: Uint8Array.from(bytes) })),
          );
          expect(recorder.pings).toHaveLength(sent.filter(({ hasPing }) => hasPing).length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('tells the code and reason of a close, and when there is none', () => {
    const recorder = new Recorder();
    const parser = new FrameParser(recorder);
    parser.push(
      serverFrame(
        Opcode.CLOSE,
        Buffer.concat([Uint8Array.of(4408 >>> 8, 4408 & 0xff), Buffer.from('too slow')]),
      ),
    );
    parser.push(serverFrame(Opcode.CLOSE, new Uint8Array(0)));
    expect(recorder.closes).toEqual([
      { code: 4408, reason: 'too slow' },
      { code: NO_CLOSE_CODE, reason: '' },
    ]);
  });

  test.each([
    ['a masked frame', Uint8Array.of(0x82, 0x81, 1, 2, 3, 4, 5)],
    ['a compressed frame nobody negotiated', Uint8Array.of(0xc2, 0x01, 0)],
    ['an unknown opcode', Uint8Array.of(0x83, 0x00)],
    ['a continuation without a beginning', Uint8Array.of(0x80, 0x00)],
    ['a frame over the limit', Uint8Array.of(0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => new FrameParser(new Recorder()).push(bytes)).toThrow();
  });
});

function framesOf({
  opcode,
  payload: bytes,
  cuts,
  hasPing,
}: {
  opcode: number;
  payload: Uint8Array;
  cuts: readonly number[];
  hasPing: boolean;
}): Uint8Array[] {
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  const frames: Uint8Array[] = [];
  let start = 0;
  for (const [index, end] of ends.entries()) {
    const kind = index === 0 ? opcode : Opcode.CONTINUATION;
    frames.push(serverFrame(kind, bytes.subarray(start, end), index === ends.length - 1));
    if (index === 0 && hasPing) frames.push(serverFrame(Opcode.PING, Uint8Array.of(1)));
    start = end;
  }
  return frames;
}
