import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CapacitySearch, STEP_PLAYERS } from './capacity-search.ts';

/** Runs a search against a server that holds players as `holds` says; returns its result and its length. */
function search(likely: number, holds: (players: number) => boolean, limit?: number) {
  const capacity = new CapacitySearch(likely, limit);
  for (let runs = 0; runs < 200; runs++) {
    const step = capacity.step();
    if (step.kind === 'found') return { ...step, runs };
    capacity.report(holds(step.players));
  }
  throw new Error('The search does not end.');
}

describe('CapacitySearch', () => {
  test('finds the exact step on an honest machine, from any start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000 }),
        fc.integer({ min: 50, max: 3_000 }),
        (capacity, likely) => {
          const found = search(likely, (players) => players <= capacity);
          expect(found.players).toBe(Math.floor(capacity / STEP_PLAYERS) * STEP_PLAYERS);
          if (found.players > 0) expect(found.passes).toBeGreaterThanOrEqual(2);
        },
      ),
    );
  });

  test('needs few runs when the start is near', () => {
    expect(search(1_050, (players) => players <= 1_000).runs).toBeLessThan(14);
  });

  test('forgives one disturbed run at a count that holds', () => {
    const disturbed = new Set([700, 900]);
    const found = search(700, (players) => !disturbed.delete(players) && players <= 900);
    expect(found.players).toBe(900);
  });

  test('does not take one lucky run for a capacity', () => {
    const lucky = new Set([900]);
    const found = search(900, (players) => lucky.delete(players) || players <= 800);
    expect(found.players).toBe(800);
  });

  test('stops at its limit', () => {
    const found = search(500, () => true, 1_200);
    expect(found).toMatchObject({ kind: 'found', players: 1_200 });
  });

  test('says 0 when not even one step holds', () => {
    expect(search(500, () => false)).toMatchObject({ players: 0 });
  });
});
