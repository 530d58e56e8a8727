import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('returns the first truthy value', async () => {
  let looks = 0;
  const answer = await eventually(() => ++looks === 3 && 'third', { withinMs: 5_000, everyMs: 1 });
  expect({ answer, looks }).toEqual({ answer: 'third', looks: 3 });
});

test('tells the last value when time is up', async () => {
  const waiting = eventually(() => null, { withinMs: 5, everyMs: 1 });
  await expect(waiting).rejects.toThrow(/not within 5 ms.*\n.*last value: null/s);
});

test('an assertion inside may fail until it holds, and is the cause when it never does', async () => {
  let looks = 0;
  await eventually(() => expect(++looks).toBe(2) ?? true, { withinMs: 5_000, everyMs: 1 });
  expect(looks).toBe(2);
  const never = eventually(() => expect(1).toBe(2) ?? true, { withinMs: 5, everyMs: 1 });
  await expect(never).rejects.toMatchObject({ cause: { name: 'AssertionError' } });
});
