import { schema, t } from '@colyseus/schema';
import { InputDecoder, InputEncoder } from '@colyseus/schema/input';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { compileInputCodec, type InputCodec } from './input-codec.ts';

const TYPES = {
  yes: t.boolean(),
  i8: t.int8(),
  u8: t.uint8().default(7),
  i16: t.int16(),
  u16: t.uint16(),
  i32: t.int32(),
  u32: t.uint32(),
  i64: t.int64(),
  u64: t.uint64(),
  f32: t.float32(),
  f64: t.float64(),
  varint: t.number(),
  big: t.bigint64(),
  ubig: t.biguint64(),
  text: t.string(),
  axis: t.quantized({ min: -1, max: 1, bits: 8 }),
  pitch: t.quantized({ min: -0.5, max: 2, bits: 16 }),
  heading: t.angle(),
  fine: t.quantized({ min: 1, max: 3, bits: 32 }),
};
const FIELDS = Object.keys(TYPES);
const Everything = schema(TYPES, 'Everything');

const whole = (min: number, max: number) => fc.integer({ min, max });
const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
/** What an honest client may set; every field is optional, as only changes are sent. */
const change = fc.record(
  {
    yes: fc.boolean(),
    i8: whole(-128, 127),
    u8: whole(0, 255),
    i16: whole(-32_768, 32_767),
    u16: whole(0, 65_535),
    i32: whole(-(2 ** 31), 2 ** 31 - 1),
    u32: whole(0, 2 ** 32 - 1),
    i64: fc.maxSafeInteger(),
    u64: fc.maxSafeNat(),
    f32: fc.float({ noNaN: true, noDefaultInfinity: true }),
    f64: real,
    varint: fc.oneof(real, fc.maxSafeInteger()),
    big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    ubig: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    text: fc.string({ unit: 'binary', maxLength: 40 }),
    axis: real,
    pitch: real,
    heading: real,
    fine: real,
  },
  { requiredKeys: [] },
);

function codecOf(type: new () => object): InputCodec {
  const codec = compileInputCodec(type);
  if (codec === null) throw new Error('The codec does not know this schema.');
  return codec;
}

/** All fields. A Schema keeps 0 when -0 is set, as the two are equal; so they count as one here. */
function valuesOf(input: object): Record<string, unknown> {
  const values = input as Record<string, unknown>;
  return Object.fromEntries(FIELDS.map((name) => [name, values[name] === 0 ? 0 : values[name]]));
}

describe('[RM-6] input codec', () => {
  const codec = codecOf(Everything);

  test('reads what the SDK’s encoder writes to the same values as Colyseus’ decoder', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const sent = new Everything();
        const encoder = new InputEncoder(sent);
        const stock = new InputDecoder(new Everything());
        const frame = codec.createFrame();
        Object.assign(stock.instance, frame);
        for (const values of changes) {
          Object.assign(sent, values);
          const body = encoder.encode().slice();
          stock.decode(body);
          expect(codec.apply(body, 0, frame)).toBe(true);
          expect(valuesOf(frame)).toEqual(valuesOf(stock.instance));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('reads the body where it lies, up to its end', () => {
    const sent = new Everything();
    const encoder = new InputEncoder(sent);
    sent.i16 = -300;
    const frame = codec.createFrame();
    const body = encoder.encode();
    // What follows would be read as another number.
    const memory = Uint8Array.from([19, ...body, 0x80, ...body]);
    expect(codec.apply(memory, 1, frame, 1 + body.length)).toBe(true);
    expect(frame).toMatchObject({ i16: -300, u8: 7, text: '', big: 0n });
  });

  test('whatever the bytes: nothing is thrown, nothing read outside, and no value is beyond its type', () => {
    // The schema package says on the console that a string is no UTF-8.
    using _quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          // Begins with a field that exists, or the first byte would end nearly all of them.
          fc
            .tuple(fc.nat(FIELDS.length - 1), fc.uint8Array({ maxLength: 40 }))
            .map(([index, rest]) => Uint8Array.of(0x80 | index, ...rest)),
        ),
        (body) => {
          // Beyond the body lies memory that would be seen in the values.
          const memory = new Uint8Array(body.length + 64).fill(0x55);
          memory.set(body);
          const frame = codec.createFrame();
          const isRead = codec.apply(memory.subarray(0, body.length), 0, frame);
          const alone = codec.createFrame();
          expect(codec.apply(Uint8Array.from(body), 0, alone)).toBe(isRead);
          expect(valuesOf(frame)).toEqual(valuesOf(alone));
          expectInRange(valuesOf(frame));
          // The same where it lies, among the bytes of others; but a text longer than its body is refused there.
          const inPlace = codec.createFrame();
          if (!codec.apply(memory, 0, inPlace, body.length)) return;
          expect(isRead).toBe(true);
          expect(valuesOf(inPlace)).toEqual(valuesOf(alone));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('every proper prefix of an entry is refused', () => {
    const one = schema({ value: t.float64() }, 'One');
    const sent = new one();
    const encoder = new InputEncoder(sent);
    sent.value = 1.5;
    const body = encoder.encode().slice();
    const oneCodec = codecOf(one);
    expect(oneCodec.apply(body, 0, oneCodec.createFrame())).toBe(true);
    for (let length = 1; length < body.length; length++) {
      expect(oneCodec.apply(body.subarray(0, length), 0, oneCodec.createFrame())).toBe(false);
    }
  });

  test.each([
    ['float32 NaN', 'f32', [0, 0, 0xc0, 0x7f]],
    ['float32 infinity', 'f32', [0, 0, 0x80, 0x7f]],
    ['float64 -infinity', 'f64', [0, 0, 0, 0, 0, 0, 0xf0, 0xff]],
    ['number NaN', 'varint', [0xcb, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ['number of an unknown kind', 'varint', [0xc1]],
    // -1 … 1 on 8 bits has 254 intervals; 255 would be 1.008.
    ['the unused code of a range around zero', 'axis', [0xff]],
    ['a string without its length', 'text', [0xd9]],
    ['a field that does not exist', 'beyond', [0]],
  ])('%s is refused', (_what, field, bytes) => {
    const index = field === 'beyond' ? FIELDS.length : FIELDS.indexOf(field);
    const frame = codec.createFrame();
    expect(codec.apply(Uint8Array.of(0x80 | index, ...bytes), 0, frame)).toBe(false);
    expect(valuesOf(frame)).toEqual(valuesOf(codec.createFrame()));
  });

  test('a clone is a copy', () => {
    const frame = codec.createFrame();
    const clone = frame.clone();
    codec.apply(Uint8Array.of(0x80 | FIELDS.indexOf('i8'), 5), 0, frame);
    expect([frame, clone]).toMatchObject([{ i8: 5 }, { i8: 0 }]);
  });

  test('leaves schemas it does not know to Colyseus', () => {
    const Inner = schema({ x: t.number() }, 'Inner');
    expect(compileInputCodec(schema({ inner: Inner }, 'Outer'))).toBeNull();
  });
});

function expectInRange(values: Record<string, unknown>): void {
  for (const value of Object.values(values)) {
    expect(value).toBeDefined();
    if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
  }
  expect(values['axis']).toSatisfy((axis: number) => axis >= -1 && axis <= 1);
  expect(values['pitch']).toSatisfy((pitch: number) => pitch >= -0.5 && pitch <= 2);
  expect(values['heading']).toSatisfy((angle: number) => angle >= 0 && angle < Math.PI * 2);
}
