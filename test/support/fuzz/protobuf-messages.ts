import fc from 'fast-check';
import { hostileJson } from './json-texts.ts';

// Messages of protobuf as bytes, drawn from the description of their type: what fits it, and what only looks like it.

/** What is read of a type's description (descriptor.proto). */
export interface MessageType {
  readonly field: readonly {
    readonly name: string;
    readonly number: number;
    readonly label: string;
    readonly type: string;
    readonly typeName: string;
  }[];
  readonly nestedType: readonly (MessageType & { readonly name: string })[];
}

type Bytes = fc.Arbitrary<Uint8Array>;

/** How a value is written (protobuf, "Message Structure"). */
const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, startGroup: 3 } as const;

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const join = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

const hostileText: Bytes = fc.oneof(
  fc
    .constantFrom(
      '',
      '\0',
      '__proto__',
      'constructor',
      'toString',
      'a.b',
      '$ne',
      '\u202e',
      ' ',
      'x'.repeat(20_000),
    )
    .map(bytesOf),
  // Not UTF-8: cut short, overlong, a surrogate.
  fc.constantFrom<Uint8Array>(
    Buffer.from([0xf0, 0x9f]),
    Buffer.from([0xc0, 0x80]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from([0xff]),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map(bytesOf),
  hostileJson.map(bytesOf),
);

const hostileInteger = fc.oneof(
  fc.bigInt({ min: -100n, max: 100n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)),
);
const fittingDouble = fc.constantFrom(1, 2, 25, 1_500);
const hostileDouble = fc.oneof(
  fc.double(),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    1e308,
    5e-324,
  ),
);

/** What is known besides a type's own description. */
export interface MessageWords {
  /** What fits strings, by the name of their field. */
  readonly texts: Readonly<Record<string, fc.Arbitrary<string>>>;
  /** Types that fields name and that are not nested in theirs. */
  readonly types: ReadonlyMap<string, MessageType>;
  /** Names of fields that are there half of the time; others nearly always. */
  readonly sometimes: ReadonlySet<string>;
  /** For each value that does not fit so many do, and for each field that is not there. */
  readonly fittingToOne: number;
}

/** @returns messages whose fields are there, mostly, each with what fits or with what does not */
export function messagesOf(type: MessageType, words: MessageWords): Bytes {
  const fields = type.field.map((field) => {
    const nested =
      type.nestedType.find(({ name }) => name === field.typeName) ??
      words.types.get(field.typeName.slice(field.typeName.lastIndexOf('.') + 1));
    const value = fieldValue(field, nested, words);
    if (field.label === 'LABEL_REPEATED') return fc.array(value, { maxLength: 3 }).map(join);
    const weight = words.sometimes.has(field.name) ? 1 : words.fittingToOne;
    return fc.oneof({ weight, arbitrary: value }, { weight: 1, arbitrary: NOTHING });
  });
  return fc.tuple(...fields).map(join);
}

const NOTHING: Bytes = fc.constant(new Uint8Array());

function fieldValue(
  { name, number, type }: MessageType['field'][number],
  nested: MessageType | undefined,
  words: MessageWords,
): Bytes {
  if (nested !== undefined)
    return messagesOf(nested, words).map((bytes) => delimited(number, bytes));
  const mostly = <T>(fitting: fc.Arbitrary<T>, hostile: fc.Arbitrary<T>) =>
    fc.oneof({ weight: words.fittingToOne, arbitrary: fitting }, { weight: 1, arbitrary: hostile });
  switch (type) {
    case 'TYPE_STRING': {
      const fitting = words.texts[name]?.map(bytesOf);
      const text = fitting === undefined ? hostileText : mostly(fitting, hostileText);
      return text.map((bytes) => delimited(number, bytes));
    }
    case 'TYPE_DOUBLE':
      return mostly(fittingDouble, hostileDouble).map((value) => {
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleLE(value);
        return join([varint((BigInt(number) << 3n) | BigInt(WIRE.fixed64)), bytes]);
      });
    default:
      return mostly(fc.integer({ min: 0, max: 2 }).map(BigInt), hostileInteger).map((value) =>
        join([varint((BigInt(number) << 3n) | BigInt(WIRE.varint)), varint(value)]),
      );
  }
}

/** A message of which something is broken: bytes changed, lost, or too many; another type; groups within groups. */
export function brokenMessages(fitting: Bytes): Bytes {
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fitting, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[at % changed.length] = value;
      return changed;
    }),
    fc.tuple(fitting, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
    fc.tuple(fitting, fitting).map(join),
    fc.tuple(fitting, fc.uint8Array({ maxLength: 40 })).map(join),
    // Its field says it is longer than all there is.
    fc.constantFrom<Uint8Array>(
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      Buffer.alloc(60_000, (1 << 3) | WIRE.startGroup),
      Buffer.alloc(900_000, (99 << 3) | WIRE.startGroup),
      Buffer.alloc(2_000_000, 0x0a),
      delimited(1, Buffer.alloc(900_000, 0x78)),
      delimited(4, bytesOf('['.repeat(900_000))),
      delimited(4, bytesOf('['.repeat(400_000) + ']'.repeat(400_000))),
    ),
  );
}

function delimited(number: number, bytes: Uint8Array): Uint8Array {
  const tag = varint((BigInt(number) << 3n) | BigInt(WIRE.lengthDelimited));
  return join([tag, varint(BigInt(bytes.length)), bytes]);
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(left)]);
}
