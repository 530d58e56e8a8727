import { expect, test } from 'vitest';
import { SmoothedJitter } from './smoothed-jitter.ts';

/** Feeds a patch each 50 ms of server time, late by what `latenessMs` says. */
function jitterOf(latenessMs: (patch: number) => number, patches = 400): number {
  const jitter = new SmoothedJitter();
  for (let patch = 1; patch <= patches; patch++) {
    jitter.addArrival(7_000 + patch * 50 + latenessMs(patch), patch * 50);
  }
  return jitter.valueMs;
}

test('a steady delay is no jitter, however long it is', () => {
  expect(jitterOf(() => 180)).toBe(0);
});

test('delays that alternate by 10 ms are 10 ms of jitter', () => {
  expect(jitterOf((patch) => (patch % 2) * 10)).toBeCloseTo(10, 1);
});

test('patches the server skipped are no jitter', () => {
  const jitter = new SmoothedJitter();
  for (const patch of [1, 2, 5, 6, 11, 12]) jitter.addArrival(patch * 50, patch * 50);
  expect(jitter.valueMs).toBe(0);
});

test('a sleep is no jitter', () => {
  const jitter = new SmoothedJitter();
  jitter.addArrival(100, 100);
  jitter.addArrival(150, 150);
  jitter.addArrival(60_000, 200);
  jitter.addArrival(60_050, 250);
  expect(jitter.valueMs).toBe(0);
});
