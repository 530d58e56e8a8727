import { afterEach, expect, test, vi } from 'vitest';
import { defaultStorage, MemoryStorage } from './session-storage.ts';

afterEach(() => vi.unstubAllGlobals());

test('memory keeps, replaces and forgets', () => {
  const storage = new MemoryStorage();
  expect(storage.getItem('k')).toBeNull();
  storage.setItem('k', 'a');
  storage.setItem('k', 'b');
  expect(storage.getItem('k')).toBe('b');
  storage.removeItem('k');
  expect(storage.getItem('k')).toBeNull();
});

test('Node gets memory, a browser its localStorage', () => {
  expect(defaultStorage()).toBeInstanceOf(MemoryStorage);
  const localStorage = new MemoryStorage();
  vi.stubGlobal('document', {});
  vi.stubGlobal('localStorage', localStorage);
  expect(defaultStorage()).toBe(localStorage);
});

test('a browser that forbids localStorage gets memory', () => {
  vi.stubGlobal('document', {});
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw new Error('The operation is insecure.');
    },
  });
  expect(defaultStorage()).toBeInstanceOf(MemoryStorage);
  Reflect.deleteProperty(globalThis, 'localStorage');
});
