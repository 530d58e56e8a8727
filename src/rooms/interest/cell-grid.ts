import { MARGIN } from './cell-shape.ts';

// Points in square cells, in typed arrays: nothing is allocated when a point moves.
//
//   #byPlace   (row, column) ─▶ cell      only cells that hold something, so the world needs no bounds
//   cell       first[list] ─▶ point ─▶ next point …      one list of points for each kind
//
// A kind is "eyes", or a class of things to see. Row-major order of the cells is what makes the bytes of a row of cells one
// run: see `SegmentBook`.

const NONE = -1;
/** Cells are counted from here to both sides: a key is a whole number below 2^53. */
const HALF = 2 ** 25;
const ROW = 2 ** 26;

/** Points of all kinds. A point is a number, given by whoever owns it; small numbers, as they index arrays. */
export class CellGrid {
  readonly #side: number;
  readonly #kinds: number;
  readonly #byPlace = new Map<number, number>();
  /** Of cells: place, first point of each kind, points in all. */
  #columns = new Int32Array(64);
  #rows = new Int32Array(64);
  #firsts: Int32Array;
  #counts = new Int32Array(64);
  readonly #freeCells: number[] = [];
  #cellCount = 0;
  /** Cells by row and column; null: to be sorted again. */
  #order: RowMajor | null = null;

  /** @param side - of a cell, > 0 */
  constructor(side: number, kinds: number) {
    this.#side = side;
    this.#kinds = kinds;
    this.#firsts = new Int32Array(64 * kinds).fill(NONE);
  }

  /** Points of one kind. Call once for each. */
  points(kind: number): CellPoints {
    return new CellPoints(this, kind);
  }

  /** Column or row of a coordinate. */
  index(coordinate: number): number {
    return Math.max(-HALF, Math.min(HALF - 1, Math.floor(coordinate / this.#side)));
  }

  /** Whether a coordinate still belongs to a column or row that it was in. */
  staysIn(index: number, coordinate: number): boolean {
    const offset = coordinate / this.#side - index;
    return offset >= -MARGIN && offset <= 1 + MARGIN;
  }

  /** The cell there, or -1 while it is empty. */
  at(column: number, row: number): number {
    return this.#byPlace.get(placeKey(column, row)) ?? NONE;
  }

  first(cell: number, kind: number): number {
    return this.#firsts[cell * this.#kinds + kind] as number;
  }

  setFirst(cell: number, kind: number, point: number): void {
    this.#firsts[cell * this.#kinds + kind] = point;
  }

  /** Takes one more point into the cell there, which is made when there is none. */
  enter(column: number, row: number): number {
    const key = placeKey(column, row);
    let cell = this.#byPlace.get(key);
    if (cell === undefined) {
      cell = this.#makeCell(column, row);
      this.#byPlace.set(key, cell);
      this.#order = null;
    }
    this.#counts[cell] = (this.#counts[cell] as number) + 1;
    return cell;
  }

  /** One point less; the last one takes the cell with it. */
  leave(cell: number): void {
    const count = (this.#counts[cell] as number) - 1;
    this.#counts[cell] = count;
    if (count > 0) return;
    this.#byPlace.delete(placeKey(this.#columns[cell] as number, this.#rows[cell] as number));
    this.#freeCells.push(cell);
    this.#order = null;
  }

  /** All cells that hold something, row by row. Good until a cell comes or goes. */
  rowMajor(): RowMajor {
    this.#order ??= sortRowMajor(this.#byPlace);
    return this.#order;
  }

  #makeCell(column: number, row: number): number {
    const cell = this.#freeCells.pop() ?? this.#cellCount++;
    if (cell >= this.#columns.length) this.#grow();
    this.#columns[cell] = column;
    this.#rows[cell] = row;
    return cell;
  }

  #grow(): void {
    const cells = 2 * this.#columns.length;
    this.#columns = resized(this.#columns, cells);
    this.#rows = resized(this.#rows, cells);
    this.#counts = resized(this.#counts, cells);
    this.#firsts = resized(this.#firsts, cells * this.#kinds, NONE);
  }
}

/** Cells by row, then by column. */
export interface RowMajor {
  readonly cells: Int32Array;
  readonly columns: Int32Array;
  /** Where in `cells` a row begins and ends. */
  readonly rows: ReadonlyMap<number, { readonly from: number; readonly to: number }>;
}

function sortRowMajor(byPlace: ReadonlyMap<number, number>): RowMajor {
  const keys = new Float64Array(byPlace.size);
  let count = 0;
  for (const key of byPlace.keys()) keys[count++] = key;
  keys.sort();
  const cells = new Int32Array(keys.length);
  const columns = new Int32Array(keys.length);
  const rows = new Map<number, { from: number; to: number }>();
  let range = { from: 0, to: 0 };
  let rowBefore = Number.NaN;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const row = Math.floor(key / ROW) - HALF;
    cells[i] = byPlace.get(key) as number;
    columns[i] = (key % ROW) - HALF;
    if (row !== rowBefore) {
      range = { from: i, to: i };
      rows.set(row, range);
      rowBefore = row;
    }
    range.to = i + 1;
  }
  return { cells, columns, rows };
}

/** First place in `columns`, from `from` on and before `to`, that is not left of `column`; `to` when there is none. */
export function firstNotLeftOf(
  columns: Int32Array,
  column: number,
  from: number,
  to: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((columns[middle] as number) < column) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the points of one kind are. Lists are doubly linked through arrays. */
export class CellPoints {
  readonly #grid: CellGrid;
  readonly #kind: number;
  #cells = new Int32Array(64).fill(NONE);
  #columns = new Int32Array(64);
  #rows = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);

  constructor(grid: CellGrid, kind: number) {
    this.#grid = grid;
    this.#kind = kind;
  }

  /** -1: nowhere. */
  cellOf(point: number): number {
    return this.#cells[point] ?? NONE;
  }

  /** Of the cell it is in, or was in last. */
  columnOf(point: number): number {
    return this.#columns[point] as number;
  }

  rowOf(point: number): number {
    return this.#rows[point] as number;
  }

  firstIn(cell: number): number {
    return this.#grid.first(cell, this.#kind);
  }

  nextOf(point: number): number {
    return this.#next[point] as number;
  }

  /** @returns whether the point is in another cell now */
  place(point: number, x: number, y: number): boolean {
    const grid = this.#grid;
    const isPlaced = this.cellOf(point) !== NONE;
    const column = this.columnOf(point);
    const row = this.rowOf(point);
    if (isPlaced && grid.staysIn(column, x) && grid.staysIn(row, y)) return false;
    this.remove(point);
    this.#put(point, this.#hold(isPlaced, column, x), this.#hold(isPlaced, row, y));
    return true;
  }

  /** The axis on which a point has not left its cell keeps it there. */
  #hold(isPlaced: boolean, index: number, coordinate: number): number {
    const { staysIn } = this.#grid;
    return isPlaced && staysIn.call(this.#grid, index, coordinate)
      ? index
      : this.#grid.index(coordinate);
  }

  remove(point: number): void {
    const cell = this.cellOf(point);
    if (cell === NONE) return;
    const next = this.#next[point] as number;
    const previous = this.#previous[point] as number;
    if (previous === NONE) this.#grid.setFirst(cell, this.#kind, next);
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#cells[point] = NONE;
    this.#grid.leave(cell);
  }

  #put(point: number, column: number, row: number): void {
    if (point >= this.#cells.length) this.#grow(point);
    const cell = this.#grid.enter(column, row);
    const next = this.firstIn(cell);
    this.#cells[point] = cell;
    this.#columns[point] = column;
    this.#rows[point] = row;
    this.#next[point] = next;
    this.#previous[point] = NONE;
    if (next !== NONE) this.#previous[next] = point;
    this.#grid.setFirst(cell, this.#kind, point);
  }

  #grow(point: number): void {
    const length = Math.max(2 * this.#cells.length, point + 1);
    this.#cells = resized(this.#cells, length, NONE);
    this.#columns = resized(this.#columns, length);
    this.#rows = resized(this.#rows, length);
    this.#next = resized(this.#next, length);
    this.#previous = resized(this.#previous, length);
  }
}

/** @param rest - what the new places hold */
export function resized(array: Int32Array, length: number, rest = 0): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  if (rest !== 0) larger.fill(rest, array.length);
  return larger;
}

function placeKey(column: number, row: number): number {
  return (row + HALF) * ROW + (column + HALF);
}
