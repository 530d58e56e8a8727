import { expect, test } from 'vitest';
import { KeyState } from './key-state.ts';

test('a key is down from its press to its release', () => {
  const keys = new KeyState();
  keys.press('KeyW');
  expect([...keys.step(), ...keys.step()]).toEqual(['KeyW', 'KeyW']);
  keys.release('KeyW');
  expect([...keys.step()]).toEqual([]);
});

test('a tap between two steps counts for one', () => {
  const keys = new KeyState();
  keys.press('Space');
  keys.release('Space');
  expect([...keys.step()]).toEqual(['Space']);
  expect([...keys.step()]).toEqual([]);
});

test('a key pressed again before anybody looked stays down', () => {
  const keys = new KeyState();
  keys.press('Space');
  keys.release('Space');
  keys.press('Space');
  expect([...keys.step(), ...keys.step()]).toEqual(['Space', 'Space']);
});

test('losing the focus releases everything, taps included', () => {
  const keys = new KeyState();
  keys.press('KeyW');
  keys.press('Space');
  keys.release('Space');
  keys.releaseAll();
  expect([...keys.step()]).toEqual([]);
});
