import { type CellGrid, ROW_KEYS } from './cell-grid.ts';
import type { CellShape } from './cell-shape.ts';
import { RINGS } from './pace.ts';

// Which cells are seen from a cell, as places in the order of cells: each row is cut where what is seen begins and ends, and where
// its rings do.
//
//   far  mid  near  mid  far
//   0    1    2     3    4    5        the n-th piece goes from cut n to cut n + 1
//
// Found for all cells of a row at once, as the cuts of a cell are never left of its neighbour's; and kept until the order of cells is
// another one.

/** Cuts of one row by rings: where its pieces begin, from left to right, and where the last one ends. */
export const RING_CUTS = 2 * RINGS;
/** Cuts of one row as a whole. */
export const WHOLE_CUTS = 2;

interface ShapeCuts {
  /** By how many columns each cut is right of the cell that looks, row by row. */
  readonly shifts: Int32Array;
  /** Of cells: the version of the order that their cuts are of. */
  versions: Float64Array;
  /** Of cells, row by row, from the one above all others down. */
  cuts: Int32Array;
}

/** The same cells, cut in both ways. */
export interface SightCuts {
  readonly whole: RowCuts;
  readonly rings: RowCuts;
}

export class RowCuts {
  readonly #grid: CellGrid;
  readonly #cutsPerRow: number;
  readonly #byShape = new Map<CellShape, ShapeCuts>();
  #shape: CellShape | null = null;
  #known: ShapeCuts = {
    shifts: new Int32Array(0),
    versions: new Float64Array(0),
    cuts: new Int32Array(0),
  };

  /** @param cutsPerRow - `WHOLE_CUTS`, or `RING_CUTS` */
  constructor(grid: CellGrid, cutsPerRow: number) {
    this.#grid = grid;
    this.#cutsPerRow = cutsPerRow;
  }

  /** Of the shape that was asked for last. */
  get cuts(): Int32Array {
    return this.#known.cuts;
  }

  /** @returns where in `cuts` those of a cell begin, row by row */
  find(cell: number, shape: CellShape): number {
    if (shape !== this.#shape) this.#know(shape);
    const known = this.#known;
    const perCell = known.shifts.length;
    if (cell >= known.versions.length) this.#hold(perCell);
    if (known.versions[cell] !== this.#grid.order.version) this.#cutRowOf(cell, shape.reach);
    return cell * perCell;
  }

  #cutRowOf(cell: number, reach: number): void {
    const { order } = this.#grid;
    const { shifts, versions, cuts } = this.#known;
    const { from, to } = this.#grid.placesInRowOf(cell);
    for (let n = 0; n < shifts.length; n++) {
      const dy = Math.floor(n / this.#cutsPerRow) - reach;
      const keyShift = dy * ROW_KEYS + (shifts[n] as number);
      let cut = order.firstNotBefore(order.keyAt(from) + keyShift);
      for (let place = from; place < to; place++) {
        const key = order.keyAt(place) + keyShift;
        while (cut < order.size && order.keyAt(cut) < key) cut++;
        cuts[order.cellAt(place) * shifts.length + n] = cut;
      }
    }
    for (let place = from; place < to; place++) versions[order.cellAt(place)] = order.version;
  }

  #know(shape: CellShape): void {
    let known = this.#byShape.get(shape);
    if (known === undefined) {
      const shifts = shiftsOf(shape, this.#cutsPerRow);
      known = { shifts, versions: new Float64Array(0), cuts: new Int32Array(0) };
      this.#byShape.set(shape, known);
    }
    this.#known = known;
    this.#shape = shape;
  }

  #hold(perCell: number): void {
    // Rows are cut as a whole, so there is room for all.
    const cells = 2 * Math.max(this.#grid.cellLimit, 64);
    this.#known.versions = new Float64Array(cells);
    this.#known.cuts = new Int32Array(cells * perCell);
  }
}

function shiftsOf(shape: CellShape, cutsPerRow: number): Int32Array {
  const shifts: number[] = [];
  for (let dy = -shape.reach; dy <= shape.reach; dy++) {
    const ofRow = ringShifts(shape, Math.abs(dy));
    shifts.push(
      ...(cutsPerRow === RING_CUTS ? ofRow : [ofRow[0] as number, ofRow.at(-1) as number]),
    );
  }
  return Int32Array.from(shifts);
}

function ringShifts(shape: CellShape, distance: number): number[] {
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
