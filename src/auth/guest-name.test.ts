import { expect, test } from 'vitest';
import { guestName } from './guest-name.ts';

test('[ACC-20] every guest name fits a display name', () => {
  const longest = { length: 0 };
  // Each word of each list once, with the largest number: the lists do not depend on each other.
  for (let word = 0; word < 64; word += 1) {
    for (let other = 0; other < 64; other += 1) {
      const choices = [word, other, 98];
      const name = guestName((below) => Math.min(choices.shift() ?? 0, below - 1));
      expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ 99$/);
      longest.length = Math.max(longest.length, name.length);
    }
  }
  expect(longest.length).toBeLessThanOrEqual(24);
});

test('asks for a uniform choice of each part', () => {
  const asked: number[] = [];
  expect(guestName((below) => asked.push(below) * 0)).toBe('Agile Badger 1');
  expect(asked).toEqual([64, 64, 99]);
});
