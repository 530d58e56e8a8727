import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvent } from './define-events.ts';
import { EventBuffer, type PendingEvent } from './event-buffer.ts';
import { EVENT_CLASSES, type EventClass } from './event-class.ts';

const definitions = Object.fromEntries(
  EVENT_CLASSES.map((it) => [it, defineEvent('e', { version: 1, fields: { n: z.number() } }, it)]),
);

function pending(sequence: number, eventClass: EventClass): PendingEvent {
  const event = definitions[eventClass];
  if (event === undefined) throw new Error('no such class');
  return { sequence, atMs: 0, event, fields: {}, about: {} };
}

/** Pushes events of these classes, numbered from 1. */
function filled(capacity: number, classes: readonly EventClass[]) {
  const dropped: EventClass[] = [];
  const buffer = new EventBuffer({ capacity, onDropped: (it) => dropped.push(it) });
  for (const [at, eventClass] of classes.entries()) buffer.push(pending(at + 1, eventClass));
  return { buffer, dropped };
}

const numbers = (events: readonly PendingEvent[]) => events.map(({ sequence }) => sequence);

test('[AN-13] gives what was recorded in its order, whatever the classes, a part at a time', () => {
  const { buffer } = filled(10, ['core', 'sample', 'economy', 'game', 'core']);
  expect(numbers(buffer.take(2))).toEqual([1, 2]);
  buffer.push(pending(6, 'sample'));
  expect(numbers(buffer.take(10))).toEqual([3, 4, 5, 6]);
  expect(buffer.take(1)).toEqual([]);
  expect(buffer.size).toBe(0);
});

test.each([
  ['the oldest sample first', ['sample', 'sample', 'economy', 'core'], 'core', [2, 3, 4, 5]],
  ['then the oldest of the game', ['core', 'game', 'economy', 'game'], 'economy', [1, 3, 4, 5]],
  ['then the oldest core event', ['core', 'economy', 'economy', 'core'], 'core', [2, 3, 4, 5]],
  ['a sample for a sample', ['core', 'sample', 'economy', 'game'], 'sample', [1, 3, 4, 5]],
  ['economy only for economy', Array(4).fill('economy'), 'economy', [2, 3, 4, 5]],
  ['what comes, when all is worth more', Array(4).fill('economy'), 'core', [1, 2, 3, 4]],
] as const)('[AN-20] full, it drops %s', (_, classes, comes, left) => {
  const { buffer, dropped } = filled(4, [...(classes as readonly EventClass[]), comes]);
  expect(numbers(buffer.take(10))).toEqual(left);
  expect(dropped).toHaveLength(1);
});

test('[AN-20] never holds more than it may, drops no event while a lesser one is there, and counts each', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...EVENT_CLASSES) },
    fc.nat({ max: 5 }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 200 }),
      (capacity, steps) => {
        const rankOf = (it: EventClass) => EVENT_CLASSES.indexOf(it);
        let held: { sequence: number; rank: number }[] = [];
        const dropped: EventClass[] = [];
        const buffer = new EventBuffer({ capacity, onDropped: (it) => dropped.push(it) });
        let sequence = 0;
        let expectedDrops = 0;
        for (const it of steps) {
          if (typeof it === 'number') {
            const taken = numbers(buffer.take(it));
            expect(taken).toEqual(held.slice(0, it).map((one) => one.sequence));
            held = held.slice(it);
            continue;
          }
          sequence += 1;
          buffer.push(pending(sequence, it));
          held.push({ sequence, rank: rankOf(it) });
          if (held.length > capacity) {
            expectedDrops += 1;
            const lowest = Math.min(...held.map(({ rank }) => rank));
            const victim = held.find(({ rank }) => rank === lowest);
            held = held.filter((one) => one !== victim);
          }
          expect(buffer.size).toBe(held.length);
          expect(dropped).toHaveLength(expectedDrops);
        }
        expect(numbers(buffer.take(1_000))).toEqual(held.map((one) => one.sequence));
      },
    ),
  );
});
