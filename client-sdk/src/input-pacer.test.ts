import { describe, expect, test } from 'vitest';
import { InputPacer } from './input-pacer.ts';

const RATE_HZ = 60;
const FRAME_MS = 1_000 / 60;

/** Inputs due in so many seconds of even frames, telling `errorSteps` at each second's start. */
function dueIn(pacer: InputPacer, seconds: number, errorSteps: number | null): number {
  let due = 0;
  for (let second = 0; second < seconds; second++) {
    if (errorSteps !== null) pacer.told(errorSteps, second * 1_000);
    for (let frame = 0; frame < 60; frame++) due += pacer.due(second * 1_000 + frame * FRAME_MS);
  }
  return due;
}

describe('[IP-6] InputPacer', () => {
  test('one input for each step of time, whatever the frames', () => {
    const pacer = new InputPacer(30);
    let due = 0;
    for (let atMs = 0; atMs <= 10_000; atMs += 7) due += pacer.due(atMs);
    expect(due).toBeGreaterThanOrEqual(299);
    expect(due).toBeLessThanOrEqual(300);
  });

  test.each([
    ['late by much', 20, 1.02],
    ['late by a little', 0.5, 1 + (0.5 / RATE_HZ) * 0.4],
    ['early by much', -20, 0.98],
    ['right', 0, 1],
    ['nonsense', Number.NaN, 1],
  ])('%s: as fast as that', (_, errorSteps, rate) => {
    const pacer = new InputPacer(RATE_HZ);
    pacer.told(errorSteps, 1_000);
    expect(pacer.rateAt(1_100)).toBeCloseTo(rate, 6);
  });

  test('makes 2 % more inputs at most, and stops when it is told no more', () => {
    const pacer = new InputPacer(RATE_HZ);
    expect(dueIn(pacer, 10, 20)).toBeGreaterThanOrEqual(610);
    expect(dueIn(new InputPacer(RATE_HZ), 10, 20)).toBeLessThanOrEqual(612);
    expect(pacer.rateAt(20_000)).toBe(1);
  });

  test('after a hitch the rest is left out, and a clock that goes back counts for nothing', () => {
    const pacer = new InputPacer(RATE_HZ);
    pacer.due(0);
    expect(pacer.due(5_000)).toBe(5);
    expect(pacer.due(4_000)).toBe(0);
    expect(pacer.due(4_000 + FRAME_MS + 0.1)).toBe(1);
  });
});
