import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextNearest } from './nearest.ts';
import { NeighbourWalk, SortedSlots } from './sorted-slots.ts';

const MANY = 3_000;

/** Does to the list and to the model what is possible. */
function change(
  list: SortedSlots,
  held: Set<number>,
  { isAdded, slot }: { readonly isAdded: boolean; readonly slot: number },
): void {
  if (isAdded === held.has(slot)) return;
  if (isAdded) {
    list.add(slot);
    held.add(slot);
  } else {
    list.remove(slot);
    held.delete(slot);
  }
}

describe('SortedSlots', () => {
  test('is an ordered list, whatever comes and goes', () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.nat(MANY - 1)), { maxLength: 400 });
    const values = fc.array(fc.nat(50), { minLength: MANY, maxLength: MANY });
    fc.assert(
      fc.property(values, fc.nat(MANY), changes, (keys, filled, steps) => {
        const compare = (a: number, b: number) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b;
        const list = new SortedSlots(compare);
        const first = Array.from({ length: filled }, (_, slot) => slot);
        for (const slot of first) list.add(slot);
        const held = new Set(first);
        for (const [isAdded, slot] of steps) change(list, held, { isAdded, slot });
        const expected = [...held].sort(compare);
        expect([...list]).toEqual(expected);
        expect(list.size).toBe(held.size);
        const from = expected.findIndex((slot) => (keys[slot] ?? 0) >= 25);
        expect(list.firstWhere((slot) => (keys[slot] ?? 0) >= 25)).toBe(
          from < 0 ? -1 : expected[from],
        );
      }),
      { numRuns: 30 },
    );
  });

  test('can be emptied, and filled again', () => {
    const list = new SortedSlots((a, b) => a - b);
    for (let slot = 0; slot < MANY; slot += 1) list.add(slot);
    for (let slot = MANY - 1; slot >= 0; slot -= 1) list.remove(slot);
    expect([...list]).toEqual([]);
    list.add(7);
    expect([...list]).toEqual([7]);
  });

  test.each(['from below', 'from above'])('can be thinned out %s', (side) => {
    const list = new SortedSlots((a, b) => a - b);
    const all = Array.from({ length: MANY }, (_, slot) => slot);
    for (const slot of all) list.add(slot);
    for (const slot of side === 'from below' ? all : all.toReversed()) {
      if (slot % 20 !== 0) list.remove(slot);
    }
    expect([...list]).toEqual(all.filter((slot) => slot % 20 === 0));
  });

  test('says so when it is asked to remove what it does not hold', () => {
    const list = new SortedSlots((a, b) => a - b);
    expect(() => list.remove(1)).toThrow(RangeError);
    list.add(1);
    expect(() => list.remove(2)).toThrow(RangeError);
  });

  test('is walked from a slot to those nearest to it, and no further than asked', () => {
    const skills = fc.array(fc.nat(500), { minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(skills, fc.nat(599), fc.nat(300), (values, picked, distance) => {
        const mu = Float64Array.from(values);
        const list = new SortedSlots((a, b) => (mu[a] ?? 0) - (mu[b] ?? 0) || a - b);
        for (const slot of mu.keys()) list.add(slot);
        const slot = picked % mu.length;
        const around = mu[slot] as number;
        const walk = new NeighbourWalk();
        list.walkAround(slot, walk);
        const found: number[] = [];
        for (let next = 0; next >= 0; ) {
          next = nextNearest(walk, { mu, around, distance });
          if (next >= 0) found.push(next);
        }
        const away = found.map((it) => Math.abs((mu[it] as number) - around));
        expect(away).toEqual(away.toSorted((a, b) => a - b));
        const within = [...mu.keys()].filter(
          (it) => it !== slot && Math.abs((mu[it] as number) - around) <= distance,
        );
        expect(found.toSorted((a, b) => a - b)).toEqual(within);
      }),
    );
  });
});
