import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameWords, takeFrameBytes } from './frame-memory.ts';

test('[RM-1] what one frame writes is in no other, by bytes or by words', () => {
  const lengths = fc.array(fc.oneof(fc.nat(600), fc.nat(70_000)), { minLength: 1, maxLength: 200 });
  const property = fc.property(lengths, (all) => {
    const frames = all.map((length, n) => {
      const bytes = takeFrameBytes(length);
      expect(bytes.length).toBe(length);
      bytes.fill(n);
      if (length >= 4) frameWords().setInt32(bytes.byteOffset, n * 0x01010101, true);
      return bytes;
    });
    for (const [n, bytes] of frames.entries()) {
      expect(bytes.every((byte) => byte === (n & 0xff))).toBe(true);
    }
  });
  fc.assert(property, { numRuns: 50 });
});
