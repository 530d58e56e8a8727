import fc from 'fast-check';
import { type JsonSchema, type JsonSchemas, resolved } from './json-schema.ts';

// JSON as text, not as values: much of what is hostile about it (two keys of one name, 1e400, half a surrogate) is no value.

/** Stands in a text for what is only known when it is sent. */
export const PLACEHOLDERS = {
  revision: '"@revision@"',
  refreshToken: '"@refresh-token@"',
} as const;

const WRONG_SHAPES = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-1',
    '1',
    '1.5',
    '-0',
    '""',
    '"x"',
    '[]',
    '[null]',
    '{}',
    '[[]]',
  ],
  ...['9007199254740993', '-9007199254740993', '1e308', '1e400', '-1e400', '5e-324', '1E+2'],
  ...['"NaN"', '"null"', '"0"', '"true"', '"[object Object]"'],
];
const HOSTILE_STRINGS = [
  ...[
    '\\u0000',
    'a\\u0000b',
    '\\ud800',
    '\\udfff',
    'a\\ud83d',
    '\\u202e\\u2066',
    '\\ufeff',
    '\\u200b',
  ],
  ...[
    '../../../etc/passwd',
    '%00',
    '$where',
    '$ne',
    'a.b.c',
    '{{7*7}}',
    "' OR 1=1 --",
    '<script>',
    '\\r\\nX: y',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'p_00000000000000000000'],
].map((text) => `"${text}"`);
const HOSTILE_OBJECTS = [
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"toString":1,"hasOwnProperty":null,"then":{},"toJSON":{},"valueOf":0}',
  '{"$where":"1","$ne":null,"a.b":1,".":2,"":3}',
  '{"a":1,"a":2}',
  '{"length":4294967295,"0":"x"}',
  '{"\\ud800":"\\udc00","\\u0000":"\\u0000"}',
];

const deep = (open: string, close: string, levels: number) =>
  open.repeat(levels) + close.repeat(levels);
const LARGE = [
  deep('[', ']', 9),
  deep('[', ']', 5_000),
  `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
  `"${'x'.repeat(20_000)}"`,
  `"${'\\u0000'.repeat(3_000)}"`,
  `"${'🂡'.repeat(4_000)}"`,
  `[${'0,'.repeat(9_000)}0]`,
  `{${Array.from({ length: 1_500 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  `{"${'k'.repeat(9_000)}":1}`,
  '9'.repeat(9_000),
];

/** Any JSON that somebody might send who wishes nothing good. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WRONG_SHAPES) },
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_STRINGS) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_OBJECTS) },
  { weight: 1, arbitrary: fc.constantFrom(...LARGE) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 64 }).map((text) => JSON.stringify(text)),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4, stringUnit: 'binary' }) },
);

/** What is meant by some fields, beyond their schema. */
const MEANT: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ifRevision: fc.constant(PLACEHOLDERS.revision),
  refreshToken: fc.constant(PLACEHOLDERS.refreshToken),
  email: fc.stringMatching(/^[a-z]{4,12}@fuzz\.example$/).map((text) => JSON.stringify(text)),
  password: fc.stringMatching(/^[a-z]{6} [a-z]{8}$/).map((text) => JSON.stringify(text)),
};

/** JSON that fits a schema, as far as the schema tells. */
export function fittingJson(given: JsonSchema, schemas: JsonSchemas): fc.Arbitrary<string> {
  const schema = resolved(given, schemas);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return fc.oneof(...choices.map((choice) => fittingJson(choice, schemas)));
  if (schema.const !== undefined) return fc.constant(JSON.stringify(schema.const));
  if (schema.enum !== undefined)
    return fc.constantFrom(...schema.enum.map((value) => JSON.stringify(value)));
  switch (schema.type) {
    case 'object':
      return objectJson(schema, schemas);
    case 'array':
      return fc
        .array(fittingJson(schema.items ?? {}, schemas), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 3, 3),
        })
        .map((items) => `[${items.join(',')}]`);
    case 'string':
      return fittingString(schema).map((text) => JSON.stringify(text));
    case 'integer':
      return fc
        .maxSafeInteger()
        .map((value) =>
          String(Math.min(Math.max(value, schema.minimum ?? value), schema.maximum ?? value)),
        );
    case 'number':
      return fc
        .double({
          noNaN: true,
          noDefaultInfinity: true,
          min: schema.minimum ?? -1e9,
          max: schema.maximum ?? 1e9,
        })
        .map((value) => JSON.stringify(value));
    case 'boolean':
      return fc.boolean().map(String);
    case 'null':
      return fc.constant('null');
    default:
      return fc.json({ maxDepth: 2 });
  }
}

/** A string that fits a schema, as far as the schema tells. */
export function fittingString({
  pattern,
  minLength = 0,
  maxLength = 40,
  example,
}: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
  return typeof example === 'string' ? fc.oneof(fc.constant(example), text) : text;
}

function objectJson(schema: JsonSchema, schemas: JsonSchemas): fc.Arbitrary<string> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const named = Object.entries(properties).map(([name, value]) =>
    (MEANT[name] ?? fittingJson(value, schemas)).map((json) => `${JSON.stringify(name)}:${json}`),
  );
  const names = Object.keys(properties);
  const others =
    additionalProperties === undefined || additionalProperties === false
      ? fc.constant([])
      : fc.array(
          fc
            .tuple(
              fc.stringMatching(/^[a-z]{1,8}$/),
              fittingJson(additionalProperties === true ? {} : additionalProperties, schemas),
            )
            .map(([name, json]) => `${JSON.stringify(name)}:${json}`),
          { maxLength: 3 },
        );
  return fc
    .tuple(
      fc.tuple(...named),
      fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }),
      others,
    )
    .map(([members, isGiven, more]) => {
      const kept = members.filter(
        (_, index) => isGiven[index] === true || required.includes(names[index] ?? ''),
      );
      return `{${[...kept, ...more].join(',')}}`;
    });
}

/** JSON that fits, but for one place: another value, one that is gone, one too many, or one twice. */
export function almostFittingJson(schema: JsonSchema, schemas: JsonSchemas): fc.Arbitrary<string> {
  return fc
    .tuple(
      fittingJson(schema, schemas),
      hostileJson,
      fc.nat(),
      fc.constantFrom('replace', 'remove', 'add', 'repeat'),
    )
    .map(([json, hostile, at, how]) => {
      const members = membersOf(json);
      const chosen = members[at % Math.max(1, members.length)];
      if (chosen === undefined) return hostile;
      const { start, end, name } = chosen;
      const member = json.slice(start, end);
      const swapped: Readonly<Record<typeof how, string>> = {
        replace: `${name}:${hostile}`,
        // Whatever commas are left make it no JSON at all, sometimes: as well.
        remove: '',
        add: `${member},"__proto__":${hostile},"surplus":${hostile}`,
        repeat: `${member},${name}:${hostile}`,
      };
      return json.slice(0, start) + swapped[how] + json.slice(end);
    });
}

/** Where the members of all objects of a JSON text stand. */
function membersOf(
  json: string,
): readonly { readonly start: number; readonly end: number; readonly name: string }[] {
  return [...json.matchAll(/("(?:[^"\\]|\\.)*"):("(?:[^"\\]|\\.)*"|[-\w.+]+|\[\]|\{\})/g)].map(
    (match) => ({
      start: match.index,
      end: match.index + match[0].length,
      name: match[1] ?? '""',
    }),
  );
}
