import { CELL_COUNT, RAYS } from './board.ts';
import { Content, type Position, type Seat } from './rules.ts';

/** Lanterns start on the six corners, in turn, so that the floe looks the same to both players. */
const CORNERS_OF_SEAT_0 = [0, 34, 56] as const;
/** Pairs of hexes that have melted before the game starts. */
const MELTED_PAIRS = 4;

/**
 * The floe a game starts on. Equal seeds give equal floes.
 *
 * Point-symmetric (turning the board by 180° swaps the players) and in one piece, and each lantern can glide.
 *
 * @param seed - any uint32
 * @param first - who glides first
 */
export function startPosition(seed: number, first: Seat = 0): Position {
  const random = mulberry32(seed);
  for (;;) {
    const cells = new Array<number>(CELL_COUNT).fill(Content.ICE);
    for (const cell of CORNERS_OF_SEAT_0) {
      cells[cell] = Content.SEAT_0;
      cells[CELL_COUNT - 1 - cell] = Content.SEAT_1;
    }
    for (let pair = 0; pair < MELTED_PAIRS; ) {
      const cell = Math.floor(random() * Math.floor(CELL_COUNT / 2));
      if (cells[cell] !== Content.ICE) continue;
      cells[cell] = Content.WATER;
      cells[CELL_COUNT - 1 - cell] = Content.WATER;
      pair++;
    }
    if (isInOnePiece(cells) && everyLanternHasRoom(cells)) return { cells, turn: first, ply: 0 };
  }
}

function isInOnePiece(cells: readonly number[]): boolean {
  const start = cells.indexOf(Content.ICE);
  const seen = new Set([start]);
  const queue = [start];
  for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
    for (const next of neighbours(cell)) {
      if (cells[next] === Content.WATER || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen.size === cells.filter((content) => content !== Content.WATER).length;
}

/** Two ways out at least: a lantern that is walled in before the first move is no game. */
function everyLanternHasRoom(cells: readonly number[]): boolean {
  return cells.every(
    (content, cell) =>
      content < Content.SEAT_0 ||
      neighbours(cell).filter((next) => cells[next] === Content.ICE).length >= 2,
  );
}

function neighbours(cell: number): number[] {
  return (RAYS[cell] ?? []).flatMap((way) => way.slice(0, 1));
}

/** Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, enough for a layout. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
