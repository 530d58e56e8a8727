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
  const aside = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(someWalls, aside, aside, (walls, dx, dy) => {
      const grid = new WallGrid({ width: SIZE, height: SIZE }, walls);
      for (const { x, y, width, height } of walls) {
        for (const at of [
          { x: x + dx, y: y + dy },
          { x: x + width + dx, y: y + height + dy },
        ]) {
          const touched = walls.filter((wall) =>
            circleOverlapsBox(at.x, at.y, FIGHTER_RADIUS + 1, wall),
          );
          expect(grid.near(at.x, at.y)).toEqual(expect.arrayContaining(touched));
        }
      }
    }),
  );
});
