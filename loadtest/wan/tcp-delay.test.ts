import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../scenarios/random.ts';
import { type PathProfile, TcpDelay } from './tcp-delay.ts';

const INTERVAL_MS = 50;
const MESSAGES = 20_000;

/** Delays of a 600-byte message every 50 ms, ascending. */
function delaysOver(path: PathProfile): number[] {
  const line = new TcpDelay(() => path, mulberry32(7));
  const delays = Array.from({ length: MESSAGES }, (_, at) => {
    const writtenMs = at * INTERVAL_MS;
    return line.arrivalMs(writtenMs, 600) - writtenMs;
  });
  return delays.sort((a, b) => a - b);
}
const percentile = (sorted: readonly number[], p: number) =>
  sorted[Math.floor((sorted.length * p) / 100)] as number;

// Kernel TCP (cubic) between two network namespaces, 600 B at 20 Hz, the path a packet relay with Gaussian jitter and Bernoulli
// loss; 1 to 2 minutes each.
describe.each([
  { delayMs: 15, jitterMs: 2, lossRatio: 0, recorded: { 50: 16.1, 95: 20.8, 99: 26 } },
  { delayMs: 25, jitterMs: 5, lossRatio: 0.005, recorded: { 50: 26.8, 95: 36.2, 99: 78.5 } },
  { delayMs: 75, jitterMs: 20, lossRatio: 0.02, recorded: { 50: 83.1, 95: 204.3, 99: 311.5 } },
])('$delayMs ± $jitterMs ms, loss $lossRatio', ({ recorded, ...path }) => {
  const delays = delaysOver(path);

  test.each(Object.entries(recorded))('p%s is that of recorded TCP, %d ms', (p, recordedMs) => {
    const ratio = percentile(delays, Number(p)) / recordedMs;
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });
});

test('order is kept, and what follows a lost segment waits for it', () => {
  let draws = 0;
  // The first of each pair of draws makes no jitter here; the third draw loses the first segment.
  const line = new TcpDelay(
    () => ({ delayMs: 50, jitterMs: 0, lossRatio: 0.5 }),
    () => (draws++ === 2 ? 0 : 0.9),
  );
  expect(line.arrivalMs(0, 100)).toBe(50 + 200 + 125);
  expect(line.arrivalMs(50, 100)).toBe(375);
  expect(line.arrivalMs(400, 100)).toBe(450);
});

test('long writes are many segments, any of which may be lost', () => {
  const share = (bytes: number) => {
    const line = new TcpDelay(
      () => ({ delayMs: 10, jitterMs: 0, lossRatio: 0.05 }),
      mulberry32(11),
    );
    let late = 0;
    for (let at = 0; at < 2_000; at++)
      if (line.arrivalMs(at * 1_000, bytes) > at * 1_000 + 10) late++;
    return late / 2_000;
  };
  expect(share(1_000)).toBeCloseTo(0.05, 1);
  expect(share(14_480)).toBeCloseTo(1 - 0.95 ** 10, 1);
});
