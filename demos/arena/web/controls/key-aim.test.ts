import { expect, test } from 'vitest';
import { KeyAim } from './key-aim.ts';

const STILL = { keys: new Set<string>(), aim: 0, moveX: 0, moveY: 0, fires: false };

test('one aims where one walks', () => {
  expect(new KeyAim().step({ ...STILL, moveY: 1 })).toBeCloseTo(Math.PI / 2);
});

test('standing still keeps the aim', () => {
  expect(new KeyAim().step({ ...STILL, aim: 2.5 })).toBe(2.5);
});

test('walking while shooting keeps the aim, and so does walking on afterwards', () => {
  const aiming = new KeyAim();
  expect(aiming.step({ ...STILL, aim: 2, moveX: 1, fires: true })).toBe(2);
  expect(aiming.step({ ...STILL, aim: 2, moveX: 1 })).toBe(2);
  expect(aiming.step({ ...STILL, aim: 2, moveX: -1 })).toBeCloseTo(Math.PI);
});

test.each([
  ['KeyQ', -1],
  ['KeyE', 1],
])('%s turns finely at first and half around within a second', (code, side) => {
  const aiming = new KeyAim();
  const keys = new Set([code]);
  const first = aiming.step({ ...STILL, keys });
  expect(first * side).toBeCloseTo(0.03);
  let turned = first * side;
  let aim = first;
  for (let step = 1; step < 30; step += 1) {
    const next = aiming.step({ ...STILL, keys, aim });
    turned += Math.abs(Math.atan2(Math.sin(next - aim), Math.cos(next - aim)));
    aim = next;
  }
  expect(turned).toBeGreaterThan(Math.PI);
});

test('after a pause a tap is fine again', () => {
  const aiming = new KeyAim();
  for (let step = 0; step < 20; step += 1) aiming.step({ ...STILL, keys: new Set(['KeyE']) });
  aiming.step(STILL);
  expect(aiming.step({ ...STILL, keys: new Set(['KeyE']) })).toBeCloseTo(0.03);
});
