// Geometry of sight on a grid of square cells. Who looks is in a cell, what is looked at is in one, and whether it is seen
// depends on these two cells alone; so all who stand in a cell see the same, and get the same bytes.
//
//   side of a cell s          margin m = 0.13 s on each side          radius r: block of 2 reach + 1 rows
//
//   A point stays in its cell until it is more than m outside of it. So what has entered a sight does not leave it again by
//   trembling on a border. What is nearer than r is always seen: both may be m outside of their cells, so that cells
//   which are g cells apart may hold points that are only g s - 2 m apart.

/** Of a cell's side: how far outside of its cell a point stays in it. */
export const MARGIN = 0.13;
/** Reach of the shortest sight, in cells: finer cells mean less that is too far to be seen, and more cells to look into. */
const FINE_REACH = 2;
/** Reach of the longest sight, in cells: bounds the work where radii differ much. */
const MOST_REACH = 8;

/** Side of the cells that serve all these radii, in the unit of the radii. */
export function cellSide(radii: readonly number[]): number {
  const finite = radii.filter(Number.isFinite);
  if (finite.length === 0) return 1;
  const fine = Math.min(...finite) / (FINE_REACH - 2 * MARGIN);
  const coarse = Math.max(...finite) / (MOST_REACH - 2 * MARGIN);
  return Math.max(fine, coarse);
}

/** Of a radius: what is nearer is surely in the ring. In the finest cells, near is one's own cell and the eight around it. */
const RING_SHARES = { near: 0.4, mid: 0.6 } as const;

/** The cells around one that are seen from it. */
export interface CellShape {
  /** Rows above and below. */
  readonly reach: number;
  /** Columns to the left and right, by distance of the row (0 to `reach`). */
  readonly halfWidths: Int32Array;
  /** The same of what is near, and of what is no farther than the middle; -1: nothing of that row. */
  readonly nearWidths: Int32Array;
  readonly midWidths: Int32Array;
}

/**
 * @param radius - in the unit of `side`
 * @param share - of the radius, what is seen; rings stay where they are
 */
export function cellShape(radius: number, side: number, share = 1): CellShape {
  const inCells = radius / side;
  // Against the last bit of the division: a reach of exactly 2 must not become 3.
  const reach = Math.ceil(inCells * share + 2 * MARGIN - 1e-9);
  const halfWidths = widthsWithin(reach, inCells * share);
  const within = (most: number) =>
    widthsWithin(reach, inCells * most).map((width, row) =>
      Math.min(width, halfWidths[row] as number),
    );
  return {
    reach,
    halfWidths,
    nearWidths: within(RING_SHARES.near),
    midWidths: within(RING_SHARES.mid),
  };
}

/** @param distance - up to which points of a cell may be, in cells */
function widthsWithin(reach: number, distance: number): Int32Array {
  const widths = new Int32Array(reach + 1);
  for (let row = 0; row <= reach; row++) {
    let width = reach;
    while (width >= 0 && Math.hypot(leastGap(row), leastGap(width)) > distance) width--;
    widths[row] = width;
  }
  return widths;
}

/** Least distance along one axis of points whose cells are so many apart, in cells. */
function leastGap(cells: number): number {
  return Math.max(0, cells - 1 - 2 * MARGIN);
}

/** The ring of a cell that is seen, by its number: 0 near, 1 in the middle, 2 far. */
export function ringOf({ nearWidths, midWidths }: CellShape, dx: number, dy: number): number {
  const row = Math.abs(dy);
  const column = Math.abs(dx);
  if (column <= (nearWidths[row] as number)) return 0;
  return column <= (midWidths[row] as number) ? 1 : 2;
}

/** Whether a cell is seen from another, `dx` and `dy` cells away. */
export function isWithin({ reach, halfWidths }: CellShape, dx: number, dy: number): boolean {
  const row = Math.abs(dy);
  return row <= reach && Math.abs(dx) <= (halfWidths[row] as number);
}
