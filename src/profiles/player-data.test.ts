import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../protocol/rest.ts';
import { findPlayerDataIssue, mergePlayerData, PLAYER_DATA_LIMITS } from './player-data.ts';

/** `levels` objects within each other. */
const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });
const keyed = (keys: number) =>
  Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 0]));

describe('[ACC-6] findPlayerDataIssue', () => {
  test.each([
    ['an empty object', {}],
    ['every kind of value', { a: null, b: [1, 'x', { c: true }], d: -0.5 }],
    ['as deep as allowed', nested(PLAYER_DATA_LIMITS.depth)],
    ['as many keys as allowed', keyed(PLAYER_DATA_LIMITS.keys)],
    ['a key as long as allowed', { ['k'.repeat(PLAYER_DATA_LIMITS.keyLength)]: 1 }],
    ['as large as allowed', { s: 'x'.repeat(PLAYER_DATA_LIMITS.bytes - '{"s":""}'.length) }],
  ])('accepts %s', (_, value) => {
    expect(findPlayerDataIssue(value)).toBeNull();
  });

  test.each([
    ['a list', []],
    ['null', null],
    ['a string', 'x'],
    ['one level too deep', nested(PLAYER_DATA_LIMITS.depth + 1)],
    ['lists too deep', JSON.parse(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)],
    ['one key too many', keyed(PLAYER_DATA_LIMITS.keys + 1)],
    ['a key too long', { ['k'.repeat(PLAYER_DATA_LIMITS.keyLength + 1)]: 1 }],
    ['one byte too large', { s: 'x'.repeat(PLAYER_DATA_LIMITS.bytes - '{"s":""}'.length + 1) }],
    ['too large in UTF-8 only', { s: 'ü'.repeat(PLAYER_DATA_LIMITS.bytes / 2) }],
    ['an infinite number', JSON.parse('{"n":1e999}')],
    ['__proto__', JSON.parse('{"__proto__":{"isAdmin":true}}')],
    ['__proto__ further down', JSON.parse('{"a":[{"__proto__":{}}]}')],
    ['constructor', JSON.parse('{"constructor":{"prototype":{}}}')],
  ])('refuses %s', (_, value) => {
    expect(findPlayerDataIssue(value)).not.toBeNull();
  });

  test('says where', () => {
    expect(findPlayerDataIssue({ a: [{ n: Number.NaN }] })).toMatchObject({ path: ['a', 0, 'n'] });
  });
});

describe('[ACC-5] mergePlayerData', () => {
  const record = () => fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 1 }));

  test('patched keys have the new value, nulls are gone, the rest stays', () => {
    fc.assert(
      fc.property(record(), record(), (data, patch) => {
        const merged = mergePlayerData(
          data as Record<string, JsonValue>,
          patch as Record<string, JsonValue>,
        );
        for (const key of new Set([...Object.keys(data), ...Object.keys(patch)])) {
          const expected = Object.hasOwn(patch, key) ? patch[key] : data[key];
          if (Object.hasOwn(patch, key) && expected === null) {
            expect(Object.hasOwn(merged, key)).toBe(false);
          } else {
            expect(merged[key]).toEqual(expected);
          }
        }
      }),
    );
  });
});
