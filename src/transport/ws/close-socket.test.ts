import { describe, expect, test } from 'vitest';
import { closeReason } from './close-socket.ts';

describe('closeReason', () => {
  test.each([
    ['', ''],
    ['Goodbye.', 'Goodbye.'],
    ['a'.repeat(123), 'a'.repeat(123)],
    ['a'.repeat(124), 'a'.repeat(123)],
    // 41 characters of three bytes; a 42nd would not fit.
    ['€'.repeat(50), '€'.repeat(41)],
    [`${'a'.repeat(122)}€`, 'a'.repeat(122)],
  ])('fits a close frame: %s', (text, reason) => {
    expect(closeReason(text)).toBe(reason);
  });
});
