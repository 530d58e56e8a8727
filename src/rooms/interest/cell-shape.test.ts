import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellShape, cellSide, isWithin, MARGIN } from './cell-shape.ts';

const radius = fc.double({ min: 0.01, max: 10_000, noNaN: true });

describe('[IN-1] cells of a radius', () => {
  test('what is nearer than the radius is in a cell that is seen, wherever both stand in theirs', () => {
    const inCell = fc.double({ min: -MARGIN, max: 1 + MARGIN, noNaN: true });
    const cell = fc.integer({ min: -10, max: 10 });
    fc.assert(
      fc.property(
        radius,
        fc.array(radius),
        cell,
        cell,
        fc.array(inCell, { minLength: 4, maxLength: 4 }),
        (own, others, dx, dy, [a, b, c, d]) => {
          const side = cellSide([own, ...others]);
          const shape = cellShape(own, side);
          const distance =
            Math.hypot(dx + (b as number) - (a as number), dy + (d as number) - (c as number)) *
            side;
          fc.pre(distance < own);
          expect(isWithin(shape, dx, dy)).toBe(true);
        },
      ),
    );
  });

  test('one radius: five rows of cells, and nothing beyond twice the radius', () => {
    fc.assert(
      fc.property(radius, (own) => {
        const side = cellSide([own]);
        const shape = cellShape(own, side);
        expect(shape.reach).toBe(2);
        // The farthest corner of the block is 2 reach + 1 and both margins away, on both axes.
        expect((shape.reach + 1 + 2 * MARGIN) * side).toBeLessThan(2 * own);
      }),
    );
  });

  test('radii that differ a lot: the longest sight is eight cells', () => {
    const side = cellSide([10, 1_000, Number.POSITIVE_INFINITY]);
    expect(cellShape(1_000, side).reach).toBe(8);
    expect(cellShape(10, side).reach).toBe(1);
    // The corners of a large block are too far to be seen.
    expect(isWithin(cellShape(1_000, side), 8, 8)).toBe(false);
  });
});
