import { CellOrder } from './cell-order.ts';
import { MARGIN } from './cell-shape.ts';

// Points in square cells, in typed arrays: nothing is allocated when a point moves.
//
//   #byPlace   (row, column) ─▶ cell      only where something is, or was not long ago: so the world needs no bounds
//   cell       first[list] ─▶ point ─▶ next point …      one list of points for each kind
//
// A kind is "eyes", or a class of things to see. Row-major order of the cells is what makes the bytes of a row of cells one
// run: see `SegmentBook`. Cells outlive what was in them for a while: so the order, and all that is known of it, is seldom another one.

const NONE = -1;
/** Cells are counted from here to both sides: a key is a whole number below 2^53. */
const HALF = 2 ** 25;
/** Keys from one row to the next. */
export const ROW_KEYS = 2 ** 26;
/** Columns at both ends of a row that nothing is put into: so what is seen from its last cell never is of another row. */
const EDGE = 64;
/** So many empty cells are kept in any case; more while they are no more than the others. */
const LEAST_EMPTY = 64;

/** Points of all kinds. A point is a number, given by whoever owns it; small numbers, as they index arrays. */
export class CellGrid {
  readonly #side: number;
  readonly #kinds: number;
  readonly #byPlace = new Map<number, number>();
  /** All cells there are. */
  readonly order = new CellOrder();
  /** Of cells: row, first point of each kind, points in all. */
  #rows = new Int32Array(64);
  #firsts: Int32Array;
  #counts = new Int32Array(64);
  readonly #freeCells: number[] = [];
  #cellCount = 0;
  #emptyCells = 0;

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
    return Math.max(EDGE - HALF, Math.min(HALF - EDGE, Math.floor(coordinate / this.#side)));
  }

  /** Whether a coordinate still belongs to a column or row that it was in. */
  staysIn(index: number, coordinate: number): boolean {
    const offset = coordinate / this.#side - index;
    return offset >= -MARGIN && offset <= 1 + MARGIN;
  }

  /** The cell there, or -1 where there is none. */
  at(column: number, row: number): number {
    return this.#byPlace.get(placeKey(column, row)) ?? NONE;
  }

  /** One above the largest cell. */
  get cellLimit(): number {
    return this.#cellCount;
  }

  first(cell: number, kind: number): number {
    return this.#firsts[cell * this.#kinds + kind] as number;
  }

  setFirst(cell: number, kind: number, point: number): void {
    this.#firsts[cell * this.#kinds + kind] = point;
  }

  /** Where in the order the row of a cell begins and ends. */
  placesInRowOf(cell: number): { readonly from: number; readonly to: number } {
    const key = placeKey(-HALF, this.#rows[cell] as number);
    const { order } = this;
    return { from: order.firstNotBefore(key), to: order.firstNotBefore(key + ROW_KEYS) };
  }

  /** Takes one more point into the cell there, which is made when there is none. */
  enter(column: number, row: number): number {
    const key = placeKey(column, row);
    const cell = this.#byPlace.get(key) ?? this.#makeCell(key, row);
    const count = this.#counts[cell] as number;
    if (count === 0) this.#emptyCells--;
    this.#counts[cell] = count + 1;
    return cell;
  }

  /** One point less. */
  leave(cell: number): void {
    const count = (this.#counts[cell] as number) - 1;
    this.#counts[cell] = count;
    if (count > 0) return;
    this.#emptyCells++;
    const most = Math.max(LEAST_EMPTY, this.#byPlace.size - this.#emptyCells);
    if (this.#emptyCells > most) this.#dropEmpty();
  }

  #dropEmpty(): void {
    for (const [key, cell] of this.#byPlace) {
      if (this.#counts[cell] !== 0) continue;
      this.#byPlace.delete(key);
      this.#freeCells.push(cell);
    }
    this.#emptyCells = 0;
    this.order.keepOnly((cell) => this.#counts[cell] !== 0);
  }

  #makeCell(key: number, row: number): number {
    const cell = this.#freeCells.pop() ?? this.#cellCount++;
    if (cell >= this.#rows.length) this.#grow();
    this.#rows[cell] = row;
    this.#byPlace.set(key, cell);
    this.order.add(key, cell);
    this.#emptyCells++;
    return cell;
  }

  #grow(): void {
    const cells = 2 * this.#rows.length;
    this.#rows = resized(this.#rows, cells);
    this.#counts = resized(this.#counts, cells);
    this.#firsts = resized(this.#firsts, cells * this.#kinds, NONE);
  }
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
  return (row + HALF) * ROW_KEYS + (column + HALF);
}
