import fc from 'fast-check';
import { expect, test } from 'vitest';
import { circleOverlapsBox, rayEntersBox } from './geometry.ts';
import { FIGHTER_RADIUS } from './rules.ts';
import { WallGrid } from './wall-grid.ts';

const SIZE = 2_000;

const aWall = fc.record({
  x: fc.integer({ min: 0, max: SIZE - 300 }),
  y: fc.integer({ min: 0, max: SIZE - 300 }),
  width: fc.integer({ min: 1, max: 300 }),
  height: fc.integer({ min: 1, max: 300 }),
});
const someWalls = fc.array(aWall, { minLength: 30, maxLength: 60 });
// Doubles would be drawn near zero, most of them.
const aPlace = fc.integer({ min: 0, max: SIZE * 16 }).map((sixteenths) => sixteenths / 16);
const anAngle = fc.integer({ min: 0, max: 6_283 }).map((thousandths) => thousandths / 1_000);

test('a ray meets the wall that it meets first of all', () => {
  fc.assert(
    fc.property(
      someWalls,
      aPlace,
      aPlace,
      fc.oneof(anAngle, fc.constantFrom(0, Math.PI / 2, Math.PI)),
      fc.integer({ min: 1, max: 1_500 }),
      (walls, x, y, angle, limit) => {
        const grid = new WallGrid({ width: SIZE, height: SIZE }, walls);
        const [dirX, dirY] = [Math.cos(angle), Math.sin(angle)];
        const first = Math.min(...walls.map((wall) => rayEntersBox(x, y, dirX, dirY, wall)));
        const found = grid.firstAlong(x, y, dirX, dirY, limit);
        if (first <= limit) expect(found).toBe(first);
        else expect(found).toBeGreaterThan(limit);
      },
    ),
    { numRuns: 500 },
  );
});

test('every wall that a fighter touches is near him', () => {
  fc.assert(
    fc.property(someWalls, aPlace, aPlace, (walls, x, y) => {
      const near = new WallGrid({ width: SIZE, height: SIZE }, walls).near(x, y);
      const touched = walls.filter((wall) => circleOverlapsBox(x, y, FIGHTER_RADIUS + 1, wall));
      expect(near).toEqual(expect.arrayContaining(touched));
    }),
  );
});
