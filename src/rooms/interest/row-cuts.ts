import { type CellGrid, ROW_KEYS } from './cell-grid.ts';
import type { CellShape } from './cell-shape.ts';
import { RINGS } from './pace.ts';

// Which cells are seen from a cell, as places in the order of cells: each row is cut where another ring begins.
//
//   far  mid  near  mid  far
//   0    1    2     3    4    5        the n-th piece goes from cut n to cut n + 1
//
// Found for all cells of a row at once, as the cuts of a cell are never left of its neighbour's; and kept until the order of cells is
// another one.

/** Cuts of one row: where its pieces begin, from left to right, and where the last one ends. */
export const CUTS = 2 * RINGS;

interface ShapeCuts {
  /** Of cells: the version of the order that their cuts are of. */
  readonly versions: Float64Array;
  /** Of cells, row by row, from the one above all others down. */
  readonly cuts: Int32Array;
}

export class RowCuts {
  readonly #grid: CellGrid;
  readonly #byShape = new Map<CellShape, ShapeCuts>();
  /** Of the shape that was asked for last. */
  cuts: Int32Array = new Int32Array(0);

  constructor(grid: CellGrid) {
    this.#grid = grid;
  }

  /** @returns where in `cuts` those of a cell begin, `CUTS` for each row of the shape */
  find(cell: number, shape: CellShape): number {
    const perCell = (2 * shape.reach + 1) * CUTS;
    const known = this.#hold(cell, shape, perCell);
    this.cuts = known.cuts;
    if (known.versions[cell] !== this.#grid.order.version) this.#cutRowOf(cell, shape, known);
    return cell * perCell;
  }

  #cutRowOf(cell: number, shape: CellShape, { versions, cuts }: ShapeCuts): void {
    const { order } = this.#grid;
    const { from, to } = this.#grid.placesInRowOf(cell);
    const perCell = (2 * shape.reach + 1) * CUTS;
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      for (const [n, shift] of cutShifts(shape, dy).entries()) {
        const keyShift = dy * ROW_KEYS + shift;
        const at = (dy + shape.reach) * CUTS + n;
        let cut = order.firstNotBefore(order.keyAt(from) + keyShift);
        for (let place = from; place < to; place++) {
          const key = order.keyAt(place) + keyShift;
          while (cut < order.size && order.keyAt(cut) < key) cut++;
          cuts[order.cellAt(place) * perCell + at] = cut;
        }
      }
    }
    for (let place = from; place < to; place++) versions[order.cellAt(place)] = order.version;
  }

  #hold(cell: number, shape: CellShape, perCell: number): ShapeCuts {
    const known = this.#byShape.get(shape);
    if (known !== undefined && cell < known.versions.length) return known;
    // Rows are cut as a whole, so there is room for all.
    const cells = 2 * Math.max(this.#grid.cellLimit, 64);
    const larger = {
      versions: new Float64Array(cells),
      cuts: new Int32Array(cells * perCell),
    };
    this.#byShape.set(shape, larger);
    return larger;
  }
}

/** By how many columns each cut is right of the cell that looks, in a row `dy` away. */
function cutShifts(shape: CellShape, dy: number): number[] {
  const distance = dy < 0 ? -dy : dy;
  const far = shape.halfWidths[distance] as number;
  const mid = shape.midWidths[distance] as number;
  const near = shape.nearWidths[distance] as number;
  const shifts = [-far, -mid, -near, near + 1, mid + 1, far + 1];
  // A ring that has nothing of a row has a width of -1: it must not begin behind its end.
  for (let n = 1; n < shifts.length; n++) {
    shifts[n] = Math.max(shifts[n] as number, shifts[n - 1] as number);
  }
  return shifts;
}
