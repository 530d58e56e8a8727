import { expect, test } from 'vitest';
import { HangWatch } from './hang-watch.ts';

const options = { hangMs: 1_500, napMs: 500 };

/** Of a node to which players can come. */
function serving(): HangWatch {
  const watch = new HangWatch(options, 0);
  watch.serves();
  return watch;
}

/** Looks every 100 ms. @returns when it called a hang, or null */
function hangsAt(watch: HangWatch, fromMs: number, toMs: number, beatMs: number): number | null {
  for (let now = fromMs; now <= toMs; now += 100) if (watch.look(now, beatMs)) return now;
  return null;
}

test('[CL-6] a main thread that does not beat hangs after hangMs', () => {
  const watch = serving();
  expect(hangsAt(watch, 100, 10_000, 1_000)).toBe(2_600);
});

test('[CL-6] one that never beat since the start hangs too, ten times as late', () => {
  expect(hangsAt(new HangWatch(options, 0), 100, 20_000, 0)).toBe(15_100);
});

test('[CL-3] a process that was stopped as a whole has all its time again', () => {
  const watch = serving();
  expect(hangsAt(watch, 100, 1_000, 1_000)).toBeNull();
  expect(watch.look(60_000, 1_000)).toBe(false);
  expect(hangsAt(watch, 60_100, 61_400, 60_050)).toBeNull();
  // It wakes, and its main thread does not.
  const other = serving();
  other.look(60_000, 1_000);
  expect(hangsAt(other, 60_100, 70_000, 1_000)).toBe(61_600);
});
