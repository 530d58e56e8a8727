import type { ArenaMap } from './arena-map.ts';
import { isFree } from './step-fighter.ts';

const CELL = 50;
const UNREACHED = -1;
const NO_CELL = -1;
const NEIGHBOURS = [
  { dx: 1, dy: 0 },
  { dx: -1, dy: 0 },
  { dx: 0, dy: 1 },
  { dx: 0, dy: -1 },
  { dx: 1, dy: 1 },
  { dx: 1, dy: -1 },
  { dx: -1, dy: 1 },
  { dx: -1, dy: -1 },
] as const;

/**
 * Ways around the walls, on a grid of cells. For each goal the steps from every cell are computed once (breadth first) and
 * kept, so a thousand bots that share one navigator ask for directions at the price of a few array reads. Whoever has a
 * large map gives them few goals.
 */
export class Navigator {
  readonly #columns: number;
  readonly #rows: number;
  /** Cells one can walk to from each: eight places a cell, the rest `NO_CELL`. */
  readonly #neighbours: Int32Array;
  readonly #stepsToGoal = new Map<number, Int16Array>();
  /** The cells of a search, in the order in which it reached them. */
  readonly #reached: Int32Array;

  constructor(map: ArenaMap) {
    this.#columns = Math.ceil(map.width / CELL);
    this.#rows = Math.ceil(map.height / CELL);
    const isOpen = Array.from({ length: this.#columns * this.#rows }, (_, cell) => {
      const { x, y } = this.#centre(cell);
      return isFree(x, y, map);
    });
    this.#neighbours = new Int32Array(isOpen.length * NEIGHBOURS.length).fill(NO_CELL);
    this.#reached = new Int32Array(isOpen.length);
    for (let cell = 0; cell < isOpen.length; cell += 1) {
      this.#neighbours.set(this.#openNeighbours(cell, isOpen), cell * NEIGHBOURS.length);
    }
  }

  /**
   * The next point to walk to, from `(x, y)` on the way to the goal.
   *
   * @returns the goal itself when it is near or cannot be reached
   */
  next(x: number, y: number, goal: { x: number; y: number }): { x: number; y: number } {
    const here = this.#cellAt(x, y);
    const there = this.#cellAt(goal.x, goal.y);
    if (here === there) return goal;
    const steps = this.#fieldTo(there);
    let best = here;
    let bestSteps = steps[here] === UNREACHED ? Number.POSITIVE_INFINITY : (steps[here] ?? 0);
    const first = here * NEIGHBOURS.length;
    for (let place = first; place < first + NEIGHBOURS.length; place += 1) {
      const cell = this.#neighbours[place] ?? NO_CELL;
      const count = cell === NO_CELL ? UNREACHED : (steps[cell] ?? UNREACHED);
      if (count !== UNREACHED && count < bestSteps) {
        best = cell;
        bestSteps = count;
      }
    }
    return best === here ? goal : this.#centre(best);
  }

  #fieldTo(goal: number): Int16Array {
    const known = this.#stepsToGoal.get(goal);
    if (known !== undefined) return known;
    const steps = new Int16Array(this.#reached.length).fill(UNREACHED);
    steps[goal] = 0;
    this.#reached[0] = goal;
    for (let at = 0, count = 1; at < count; at += 1) {
      const cell = this.#reached[at] ?? 0;
      const first = cell * NEIGHBOURS.length;
      for (let place = first; place < first + NEIGHBOURS.length; place += 1) {
        const next = this.#neighbours[place] ?? NO_CELL;
        if (next === NO_CELL || steps[next] !== UNREACHED) continue;
        steps[next] = (steps[cell] ?? 0) + 1;
        this.#reached[count] = next;
        count += 1;
      }
    }
    this.#stepsToGoal.set(goal, steps);
    return steps;
  }

  /** Neighbours one can walk to; diagonals only where both sides are open, or a corner would catch the fighter. */
  #openNeighbours(cell: number, isOpen: readonly boolean[]): number[] {
    const column = cell % this.#columns;
    const row = Math.floor(cell / this.#columns);
    const open = (dx: number, dy: number) =>
      column + dx >= 0 &&
      column + dx < this.#columns &&
      row + dy >= 0 &&
      row + dy < this.#rows &&
      isOpen[(row + dy) * this.#columns + column + dx] === true;
    return NEIGHBOURS.filter(({ dx, dy }) => open(dx, dy) && open(dx, 0) && open(0, dy)).map(
      ({ dx, dy }) => (row + dy) * this.#columns + column + dx,
    );
  }

  #cellAt(x: number, y: number): number {
    const column = Math.min(this.#columns - 1, Math.max(0, Math.floor(x / CELL)));
    const row = Math.min(this.#rows - 1, Math.max(0, Math.floor(y / CELL)));
    return row * this.#columns + column;
  }

  #centre(cell: number): { x: number; y: number } {
    const column = cell % this.#columns;
    return { x: (column + 0.5) * CELL, y: ((cell - column) / this.#columns + 0.5) * CELL };
  }
}
