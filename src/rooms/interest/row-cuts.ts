import type { CellGrid } from './cell-grid.ts';
import type { CellShape } from './cell-shape.ts';
import { RINGS } from './pace.ts';

// Which cells are seen from a cell, as places in the order of cells: each row is cut where another ring begins.
//
//   far  mid  near  mid  far
//   0    1    2     3    4    5        the n-th piece goes from cut n to cut n + 1
//
// Found once for each cell and shape, and kept until the order of cells is another one.

/** Cuts of one row: where its pieces begin, from left to right, and where the last one ends. */
export const CUTS = 2 * RINGS;

interface ShapeCuts {
  /** Of cells: the version of the order that their cuts are of. */
  versions: Float64Array;
  /** Of cells, row by row, from the one above all others down. */
  cuts: Int32Array;
}

export class RowCuts {
  readonly #grid: CellGrid;
  readonly #byShape = new Map<CellShape, ShapeCuts>();
  /** Of the shape that was asked for last. */
  cuts = new Int32Array(0);

  constructor(grid: CellGrid) {
    this.#grid = grid;
  }

  /** @returns where in `cuts` those of a cell begin, `CUTS` for each row of the shape */
  find(cell: number, shape: CellShape): number {
    const perCell = (2 * shape.reach + 1) * CUTS;
    const { version } = this.#grid.order;
    const known = this.#hold(cell, shape, perCell);
    this.cuts = known.cuts as Int32Array<ArrayBuffer>;
    const at = cell * perCell;
    if (known.versions[cell] === version) return at;
    this.#cut(cell, shape, at);
    known.versions[cell] = version;
    return at;
  }

  #cut(cell: number, shape: CellShape, from: number): void {
    const grid = this.#grid;
    const column = grid.columnOf(cell);
    const row = grid.rowOf(cell);
    let at = from;
    for (let dy = -shape.reach; dy <= shape.reach; dy++) {
      const distance = dy < 0 ? -dy : dy;
      const far = shape.halfWidths[distance] as number;
      const mid = shape.midWidths[distance] as number;
      const near = shape.nearWidths[distance] as number;
      this.cuts[at] = grid.firstPlaceAt(column - far, row + dy);
      this.#cutAt(at + 1, column - mid, row + dy);
      this.#cutAt(at + 2, column - near, row + dy);
      this.#cutAt(at + 3, column + near + 1, row + dy);
      this.#cutAt(at + 4, column + mid + 1, row + dy);
      this.#cutAt(at + 5, column + far + 1, row + dy);
      at += CUTS;
    }
  }

  /** Not before the last cut: the width of a ring that has nothing of a row is -1. */
  #cutAt(at: number, column: number, row: number): void {
    const place = this.#grid.firstPlaceAt(column, row);
    this.cuts[at] = Math.max(place, this.cuts[at - 1] as number);
  }

  #hold(cell: number, shape: CellShape, perCell: number): ShapeCuts {
    const known = this.#byShape.get(shape);
    if (known !== undefined && cell < known.versions.length) return known;
    const cells = 2 * Math.max(cell + 1, 64);
    const larger: ShapeCuts = {
      versions: new Float64Array(cells),
      cuts: new Int32Array(cells * perCell),
    };
    this.#byShape.set(shape, larger);
    return larger;
  }
}
