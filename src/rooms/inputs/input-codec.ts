import { decode, type Iterator } from '@colyseus/schema';

// Reads the body of a reliable input (Colyseus protocol code 19) of a flat input schema, bounded by its length.
//
//   body:  one entry per changed field, until the end
//   entry: [op | field index][value]      op in the two high bits: 0x80 add, 0x00 replace, 0x40 delete (no value)
//
// Stock Colyseus runs its state decoder here and clones a tracked Schema instance per input (12 % of a core at 700
// players, docs/adr/0003-short-frames.md), accepts NaN and reads past the end. This one fills a plain frame, refuses
// what is not an exact, finite message, and never reads outside it.

/** One player's input at one step: the fields of the input schema, as the client's own wire precision gives them. */
export interface InputFrame {
  clone(): InputFrame;
}

/** Reads and copies inputs of one schema class. */
export interface InputCodec {
  /** A frame in which every field has its default, or the zero of its type. */
  createFrame(): InputFrame;
  /**
   * Applies the body that begins at `offset` of `bytes` to `frame`.
   *
   * @param end - where the body ends; the end of `bytes` when absent
   * @returns false when the bytes are not a whole, finite input; `frame` may then hold some of the fields
   */
  apply(bytes: Uint8Array, offset: number, frame: InputFrame, end?: number): boolean;
}

type FieldValue = number | boolean | string | bigint;
/** Undefined: these bytes are no value of the field. */
type FieldReader = (bytes: Uint8Array, it: BodyIterator) => FieldValue | undefined;

interface InputField {
  readonly name: string;
  readonly read: FieldReader;
  /** Compiled for this field: frames of several schemas share the reader, and a name that varies is looked up each time. */
  readonly write: (frame: InputFrame, value: FieldValue) => void;
  readonly zero: FieldValue;
}

/** Where the next entry begins, and where the body ends: memory behind it may belong to others, and is never used. */
interface BodyIterator extends Iterator {
  end: number;
}

interface Quantization {
  readonly min: number;
  readonly max: number;
  readonly wire: 'uint8' | 'uint16' | 'uint32';
  readonly range: number;
  readonly span: number;
}

const NUMBER_READERS: Readonly<Record<string, (b: Uint8Array, it: Iterator) => number>> = {
  int8: decode.int8,
  uint8: decode.uint8,
  int16: decode.int16,
  uint16: decode.uint16,
  int32: decode.int32,
  uint32: decode.uint32,
  int64: decode.int64,
  uint64: decode.uint64,
  float32: decode.float32,
  float64: decode.float64,
  number: decode.number,
};

const DELETE = 0x40;
const OPERATION_BITS = 0xc0;
const FIELD_BITS = 0x3f;

// The runtime may or may not have decorator metadata; the schema package uses the same fallback.
const METADATA: symbol =
  (Symbol as { readonly metadata?: symbol }).metadata ?? Symbol.for('Symbol.metadata');

/**
 * The codec of an input schema.
 *
 * @param schema - the class given to `defineInput`
 * @returns null when the schema has fields of types of the game's own: Colyseus' own decoder serves those
 */
export function compileInputCodec(schema: new () => object): InputCodec | null {
  const fields = describeFields(schema);
  return fields === null ? null : createCodec(fields);
}

function describeFields(schema: new () => object): InputField[] | null {
  const metadata = (schema as unknown as Record<symbol, Record<number, unknown> | undefined>)[
    METADATA
  ];
  const defaults = new schema() as Record<string, unknown>;
  const fields: InputField[] = [];
  for (let index = 0; ; index++) {
    const field = metadata?.[index] as { name?: string; type?: unknown } | undefined;
    if (typeof field?.name !== 'string') return fields.length === 0 ? null : fields;
    const reader = readerOf(field.type);
    if (reader === null) return null;
    const preset = defaults[field.name] as FieldValue | null | undefined;
    const { name } = field;
    fields.push({ name, ...reader, write: compileWrite(name), zero: preset ?? reader.zero });
  }
}

/** The schema package's reader takes the rest of a character from behind a text that ends in the middle of one. */
function readText(bytes: Uint8Array, it: BodyIterator): string {
  return decode.string(bytes.subarray(0, it.end), it);
}

function readerOf(type: unknown): Pick<InputField, 'read' | 'zero'> | null {
  if (type === 'boolean') return { read: decode.boolean, zero: false };
  if (type === 'string') return { read: readText, zero: '' };
  if (type === 'bigint64') return { read: decode.bigint64, zero: 0n };
  if (type === 'biguint64') return { read: decode.biguint64, zero: 0n };
  if (typeof type === 'string') {
    const read = NUMBER_READERS[type];
    return read === undefined ? null : { read, zero: 0 };
  }
  const quantized = (type as { readonly quantized?: Quantization } | null)?.quantized;
  if (quantized === undefined) return null;
  const { min, max, range, span } = quantized;
  const readInteger = NUMBER_READERS[quantized.wire] as (b: Uint8Array, it: Iterator) => number;
  return {
    read: (bytes, it) => {
      const code = readInteger(bytes, it);
      // A range around zero leaves one code unused, which would read as more than its maximum.
      if (code > span) return undefined;
      // The same expression as the schema package's, so both sides hold bit-equal values.
      return min + (code / span) * range;
    },
    zero: Math.min(Math.max(0, min), max),
  };
}

function createCodec(fields: readonly InputField[]): InputCodec {
  const Frame = compileFrame(fields);
  const it: BodyIterator = { offset: 0, end: 0 };
  return {
    createFrame: () => new Frame(),
    apply(bytes, offset, frame, end = bytes.length) {
      it.offset = offset;
      it.end = end;
      while (it.offset < end) {
        if (!applyField(fields, bytes, it, frame)) return false;
      }
      return true;
    },
  };
}

/** As below, the name is the game's own. */
function compileWrite(name: string): InputField['write'] {
  const compile = new Function('frame', 'value', `frame[${JSON.stringify(name)}] = value;`);
  return compile as InputField['write'];
}

/**
 * The class of the frames of one schema, written out field by field: a loop over names costs ten times as much, once per
 * input of every player. The names come from the game's own schema class, never from a client.
 */
function compileFrame(fields: readonly InputField[]): new () => InputFrame {
  const lines = (line: (name: string, index: number) => string) =>
    fields.map((field, index) => line(JSON.stringify(field.name), index)).join('\n');
  const compile = new Function(
    'zeros',
    `return class Frame {
      constructor() { ${lines((name, index) => `this[${name}] = zeros[${index}];`)} }
      clone() {
        const copy = new Frame();
        ${lines((name) => `copy[${name}] = this[${name}];`)}
        return copy;
      }
    };`,
  ) as (zeros: readonly FieldValue[]) => new () => InputFrame;
  return compile(fields.map((field) => field.zero));
}

/** One entry of a body; false when it is not one. */
function applyField(
  fields: readonly InputField[],
  bytes: Uint8Array,
  it: BodyIterator,
  frame: InputFrame,
): boolean {
  const head = bytes[it.offset++] as number;
  const field = fields[head & FIELD_BITS];
  if (field === undefined) return false;
  if ((head & OPERATION_BITS) === DELETE) {
    field.write(frame, field.zero);
    return true;
  }
  const value = field.read(bytes, it);
  // Not `>`: behind a string without a length the offset is NaN.
  if (!(it.offset <= it.end) || value === undefined) return false;
  if (typeof value === 'number' && !Number.isFinite(value)) return false;
  field.write(frame, value);
  return true;
}
