import { describe, expect, test } from 'vitest';
import { OverloadPolicy } from './overload.ts';

const EVERY_MS = 50;

function turns(policy: OverloadPolicy, count: number, tookMs: number): number {
  for (let i = 0; i < count; i++) policy.turn(tookMs, EVERY_MS);
  return policy.step;
}

describe('[FL-9] OverloadPolicy', () => {
  test('ten turns in a row over four fifths of the interval are a step', () => {
    const policy = new OverloadPolicy();
    expect(turns(policy, 9, 41)).toBe(0);
    expect(turns(policy, 1, 39)).toBe(0);
    expect(turns(policy, 9, 41)).toBe(0);
    expect(policy.turn(41, EVERY_MS)).toBe(true);
    expect(policy.step).toBe(1);
    expect(policy.turn(41, EVERY_MS)).toBe(false);
  });

  test('one after the other up to the last, and back ten times slower', () => {
    const policy = new OverloadPolicy();
    expect(turns(policy, 30, 45)).toBe(3);
    expect(turns(policy, 100, 45)).toBe(4);
    expect(turns(policy, 99, 20)).toBe(4);
    expect(turns(policy, 1, 20)).toBe(3);
    // Between the two it stays as it is.
    expect(turns(policy, 500, 35)).toBe(3);
    expect(turns(policy, 400, 20)).toBe(0);
  });

  test('a room that is quick enough says nothing', () => {
    const policy = new OverloadPolicy();
    for (let i = 0; i < 500; i++) expect(policy.turn(20, EVERY_MS)).toBe(false);
  });
});
