import { expect, test } from 'vitest';
import { Transmitter } from './bottleneck.ts';

const NARROW = { bytesPerSecond: 1_000, queueBytes: 8_000 };

test('bytes leave one after the other, as fast as it is wide', () => {
  const transmitter = new Transmitter();
  expect(transmitter.departureMs(0, 500, NARROW)).toBe(500);
  expect(transmitter.departureMs(100, 100, NARROW)).toBe(600);
  expect(transmitter.departureMs(5_000, 100, NARROW)).toBe(5_100);
});

test('without one all leaves at once', () => {
  const transmitter = new Transmitter();
  transmitter.departureMs(0, 10_000, NARROW);
  expect(transmitter.departureMs(100, 10_000, null)).toBe(100);
});
