import { describe, expect, test } from 'vitest';
import { DisplayName, StatisticAdditions } from './schemas.ts';

describe('[ACC-7] display names', () => {
  test.each([
    ['Ann', 'Ann'],
    ['  Ann  ', 'Ann'],
    ['x', 'x'],
    ['n'.repeat(24), 'n'.repeat(24)],
    ['Ödön 日本 ♞', 'Ödön 日本 ♞'],
    ['👩‍🚀', '👩‍🚀'],
  ])('%j is kept as %j', (given, kept) => {
    expect(DisplayName.parse(given)).toBe(kept);
  });

  test.each([
    ['empty', ''],
    ['blank', '   '],
    ['too long', 'n'.repeat(25)],
    ['a line break', 'a\nb'],
    ['NUL', 'a\0b'],
    ['a bidi override', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['joiners only', '\u200d\u200d'],
    ['half a surrogate pair', 'a\ud800'],
    ['a line separator', 'a\u2028b'],
    ['no string', 7],
  ])('refuses %s', (_, given) => {
    expect(DisplayName.safeParse(given).success).toBe(false);
  });
});

describe('[ACC-8] statistic additions', () => {
  test.each([[{}], [{ 'duel.wins': 1, kills: -2.5 }]])('accepts %j', (additions) => {
    expect(StatisticAdditions.parse(additions)).toEqual(additions);
  });

  test.each([
    ['NaN', { kills: Number.NaN }],
    ['Infinity', { kills: Number.POSITIVE_INFINITY }],
    ['more than a double counts exactly', { kills: 2 ** 53 }],
    ['a string', { kills: '1' }],
    ['an empty name', { '': 1 }],
    ['a name with a quote', { 'a"b': 1 }],
    ['65 at once', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`s${i}`, 1]))],
  ])('refuses %s', (_, additions) => {
    expect(StatisticAdditions.safeParse(additions).success).toBe(false);
  });

  test('a __proto__ never gets through', () => {
    const parsed = StatisticAdditions.parse(JSON.parse('{"__proto__":1,"kills":1}'));
    expect(Object.keys(parsed)).toEqual(['kills']);
  });
});
