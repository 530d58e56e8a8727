import { expect, test } from 'vitest';
import { copyFields, LARGEST_EVENT_CHARS } from './copy-fields.ts';

test('[AN-1] what the game changes afterwards is not in the copy', () => {
  const fields = { boss: 'hydra', heads: 9, isDead: true, killer: null, left: undefined };
  const copy = copyFields(fields);
  fields.heads = 10;
  expect(copy).toEqual({ boss: 'hydra', heads: 9, isDead: true, killer: null });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'boss'],
  ['an object in a field', { at: { x: 1 } }],
  ['a list in a field', { at: [1] }],
  ['a function in a field', { at: () => 1 }],
  ['a bigint', { n: 1n }],
  ['a long text', { text: 'x'.repeat(LARGEST_EVENT_CHARS) }],
  ['many fields', Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`f${n}`, n]))],
])('[AN-2] %s is no event', (_, fields) => {
  expect(copyFields(fields)).toBeNull();
});

test('[AN-2] as large as it may be', () => {
  const text = 'x'.repeat(LARGEST_EVENT_CHARS - 'text'.length);
  expect(copyFields({ text })).toEqual({ text });
  expect(copyFields({ text: `${text}x` })).toBeNull();
});
