// Where the armies are, for people who only get what is near to them: a grid over the whole map that counts the fighters of
// both armies in each cell, coarsely. It travels as one string, a character a cell:
//
//   'A'  ─▶  code - 48 = 8 × level of the west + level of the east       levels 0 … 7, by LEVELS
//
// 576 characters, once a second.

export const HEAT_CELLS = 24;
const FIRST_CODE = 48;
/** The least number of fighters of each level. */
const LEVELS = [0, 1, 2, 3, 4, 6, 9, 14] as const;

/** Both armies in one cell: about how many there are. */
export interface HeatCell {
  readonly west: number;
  readonly east: number;
}

/** Counts one summary. */
export class HeatCounter {
  readonly #west = new Uint16Array(HEAT_CELLS * HEAT_CELLS);
  readonly #east = new Uint16Array(HEAT_CELLS * HEAT_CELLS);
  readonly #cell: number;

  /** @param mapSize - side of the map, in units */
  constructor(mapSize: number) {
    this.#cell = mapSize / HEAT_CELLS;
  }

  count(x: number, y: number, isWest: boolean): void {
    const index = this.#index(y) * HEAT_CELLS + this.#index(x);
    const counts = isWest ? this.#west : this.#east;
    counts[index] = (counts[index] ?? 0) + 1;
  }

  /** What was counted since the last time. */
  take(): string {
    let text = '';
    for (let index = 0; index < this.#west.length; index += 1) {
      const level =
        levelOf(this.#west[index] ?? 0) * LEVELS.length + levelOf(this.#east[index] ?? 0);
      text += String.fromCharCode(FIRST_CODE + level);
    }
    this.#west.fill(0);
    this.#east.fill(0);
    return text;
  }

  #index(at: number): number {
    return Math.min(HEAT_CELLS - 1, Math.max(0, Math.floor(at / this.#cell)));
  }
}

/** Reads one cell of a summary; nobody is in what is not there. */
export function heatAt(heat: string, column: number, row: number): HeatCell {
  const code = heat.charCodeAt(row * HEAT_CELLS + column) - FIRST_CODE;
  if (!(code >= 0)) return { west: 0, east: 0 };
  return {
    west: LEVELS[Math.floor(code / LEVELS.length)] ?? 0,
    east: LEVELS[code % LEVELS.length] ?? 0,
  };
}

function levelOf(count: number): number {
  let level = LEVELS.length - 1;
  while (count < (LEVELS[level] ?? 0)) level -= 1;
  return level;
}
