import { type Box, clamp, rayEntersBox } from './geometry.ts';

/** Side of a cell, in units: about a dozen walls are near one, and a shot crosses four. */
const CELL = 256;
/** Walls this near to a cell are near to whatever stands in it: four radii, for one is pushed about while it is asked. */
const NEAR = 80;
/** A ray along the border of two cells meets the walls of both, whatever rounding says. */
const SLACK = 1;

/** The walls of a map by place, so that a step and a shot ask few of them, however many there are. */
export class WallGrid {
  readonly #columns: number;
  readonly #rows: number;
  readonly #near: readonly (readonly Box[])[];
  readonly #inside: readonly (readonly Box[])[];

  /** @param size - of the map; there is nothing outside of it */
  constructor(size: { readonly width: number; readonly height: number }, walls: readonly Box[]) {
    this.#columns = Math.ceil(size.width / CELL);
    this.#rows = Math.ceil(size.height / CELL);
    this.#near = this.#sort(walls, NEAR);
    this.#inside = this.#sort(walls, SLACK);
  }

  /** The walls that a fighter at this place may touch, and some more. */
  near(x: number, y: number): readonly Box[] {
    return this.#near[this.#row(y) * this.#columns + this.#column(x)] ?? [];
  }

  /**
   * Follows a ray from cell to cell (Amanatides and Woo 1987).
   *
   * @param dirX - with `dirY` a unit vector
   * @returns distance to the first wall; something larger than `limit` when there is none up to there
   */
  firstAlong(x: number, y: number, dirX: number, dirY: number, limit: number): number {
    let column = this.#column(x);
    let row = this.#row(y);
    let leavesX = untilBorder(x, dirX, column);
    let leavesY = untilBorder(y, dirY, row);
    for (;;) {
      const nearest = this.#nearestIn(row * this.#columns + column, x, y, dirX, dirY);
      const leaves = Math.min(leavesX, leavesY);
      if (nearest <= leaves || leaves > limit) return nearest;
      if (leavesX < leavesY) {
        column += dirX > 0 ? 1 : -1;
        leavesX += CELL / Math.abs(dirX);
      } else {
        row += dirY > 0 ? 1 : -1;
        leavesY += CELL / Math.abs(dirY);
      }
      const isInside = column >= 0 && column < this.#columns && row >= 0 && row < this.#rows;
      if (!isInside) return Number.POSITIVE_INFINITY;
    }
  }

  #nearestIn(cell: number, x: number, y: number, dirX: number, dirY: number): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (const wall of this.#inside[cell] ?? []) {
      nearest = Math.min(nearest, rayEntersBox(x, y, dirX, dirY, wall));
    }
    return nearest;
  }

  #sort(walls: readonly Box[], margin: number): Box[][] {
    const cells: Box[][] = Array.from({ length: this.#columns * this.#rows }, () => []);
    for (const wall of walls) {
      const lastRow = this.#row(wall.y + wall.height + margin);
      const lastColumn = this.#column(wall.x + wall.width + margin);
      for (let row = this.#row(wall.y - margin); row <= lastRow; row += 1) {
        for (let column = this.#column(wall.x - margin); column <= lastColumn; column += 1) {
          cells[row * this.#columns + column]?.push(wall);
        }
      }
    }
    return cells;
  }

  #column(x: number): number {
    return clamp(Math.floor(x / CELL), 0, this.#columns - 1);
  }

  #row(y: number): number {
    return clamp(Math.floor(y / CELL), 0, this.#rows - 1);
  }
}

/** Along one axis, how far the ray is from the border of the cell it is in. */
function untilBorder(from: number, direction: number, cell: number): number {
  if (direction === 0) return Number.POSITIVE_INFINITY;
  return direction > 0 ? ((cell + 1) * CELL - from) / direction : (cell * CELL - from) / direction;
}
