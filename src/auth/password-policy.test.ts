import { expect, test } from 'vitest';
import { passwordRefusal } from './password-policy.ts';

test.each([
  ['correct horse', null],
  ['12345abc', null],
  ['pässwörter', null],
  ['🔑🚪🏠🌙⭐🌊🍎🐢', null],
  ['1234567', 'too-short'],
  ['🔑🔑🔑🔑', 'too-short'],
  ['abcd'.repeat(32), null],
  [`${'abcd'.repeat(32)}e`, 'too-long'],
  ['Password123', 'too-common'],
  ['aaaaaaaa', 'too-common'],
  ['abcabcabc', 'too-common'],
  ['Ann.Example@example.com', 'like-the-email'],
  ['ann.example', 'like-the-email'],
])('[ACC-41] %s: %s', (password, refusal) => {
  expect(passwordRefusal(password, 'ann.example@example.com')).toBe(refusal);
});
