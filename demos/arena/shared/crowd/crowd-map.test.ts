import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Box } from '../geometry.ts';
import { Navigator } from '../navigator.ts';
import { isFree } from '../step-fighter.ts';
import { CROWD_MAP, CROWD_MAP_SIZE, createCrowdMap } from './crowd-map.ts';
import { CROWD_SIZE } from './crowd-rules.ts';

const runs = { numRuns: 12 };
const aSeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('the same seed is the same town, another one another', () => {
  expect(createCrowdMap(7)).toEqual(createCrowdMap(7));
  expect(createCrowdMap(7).walls).not.toEqual(createCrowdMap(8).walls);
});

test('neither half is better than the other, whatever the seed', () => {
  fc.assert(
    fc.property(aSeed, (townSeed) => {
      const { walls, pickups, spawns } = createCrowdMap(townSeed);
      const mirrored = walls.map((wall) => ({ ...wall, x: CROWD_MAP_SIZE - wall.x - wall.width }));
      expect(new Set(mirrored.map(textOf))).toEqual(new Set(walls.map(textOf)));
      for (const points of [pickups, spawns]) {
        const places = points.map(({ x, y }) => `${x} ${y}`);
        const others = points.map(({ x, y }) => `${CROWD_MAP_SIZE - x} ${y}`);
        expect(new Set(others)).toEqual(new Set(places));
      }
    }),
    runs,
  );
});

test('one may stand at every spawn and pickup', () => {
  fc.assert(
    fc.property(aSeed, (townSeed) => {
      const map = createCrowdMap(townSeed);
      const blocked = [...map.spawns, ...map.pickups].filter(({ x, y }) => !isFree(x, y, map));
      expect(blocked).toEqual([]);
    }),
    runs,
  );
});

test('bots find the way from every crossing to a corner and to every repair', () => {
  const navigator = new Navigator(CROWD_MAP);
  const corner = { x: 512, y: 512 };
  for (const spawn of CROWD_MAP.spawns) expect(isReached(navigator, spawn, corner)).toBe(true);
  for (const pickup of CROWD_MAP.pickups) expect(isReached(navigator, corner, pickup)).toBe(true);
});

test('there is room for everybody, and something to find', () => {
  const { spawns, pickups, walls } = CROWD_MAP;
  expect(spawns.length * 5).toBeGreaterThan(CROWD_SIZE);
  expect(pickups.length).toBeGreaterThan(40);
  expect(walls.length).toBeGreaterThan(500);
});

/** Follows the navigator from cell to cell. */
function isReached(navigator: Navigator, from: { x: number; y: number }, goal: Place): boolean {
  let at = from;
  for (let steps = 0; steps < 1_000; steps += 1) {
    const next = navigator.next(at.x, at.y, goal);
    if (next === goal) return Math.hypot(at.x - goal.x, at.y - goal.y) < 100;
    at = next;
  }
  return false;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function textOf({ x, y, width, height }: Box): string {
  return `${x} ${y} ${width} ${height}`;
}
