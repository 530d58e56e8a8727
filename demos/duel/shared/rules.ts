// Floe: two fleets of three lanterns on drifting ice.
//
//   On your turn, glide one lantern in a straight line over free ice, as far as you like.
//   The ice it leaves sinks. Whoever cannot glide loses.
//
// Why this game: two sentences of rules, no luck, no hidden information and no draws. Every move sinks one hex, so a game
// ends after at most 47 moves (about 35 in practice, four minutes). Where a lantern goes, what it cuts off and what it burns
// behind itself are one decision, so the fight for territory starts with the first move. The floe differs from game to
// game (layout.ts), so no opening can be learnt by heart, and it is the same seen from either side.

import { CELL_COUNT, RAYS } from './board.ts';

/** Which player. Either may glide first. */
export type Seat = 0 | 1;

/** What a cell holds. The seats' values are `SEAT_0 + seat`. */
export const Content = { WATER: 0, ICE: 1, SEAT_0: 2, SEAT_1: 3 } as const;

export interface Position {
  /** One of {@link Content} per cell. A lantern floats on ice; that ice sinks when it leaves. */
  readonly cells: readonly number[];
  /** Whose turn it is. */
  readonly turn: Seat;
  /** Moves made so far. */
  readonly ply: number;
}

/** A lantern's glide from cell to cell. */
export interface Move {
  readonly from: number;
  readonly to: number;
}

/** Who stands where: `winner` is null while the game goes on. There are no draws. */
export interface Outcome {
  readonly isOver: boolean;
  readonly winner: Seat | null;
}

/** Lanterns of each player. */
export const LANTERNS = 3;

export function opponentOf(seat: Seat): Seat {
  return seat === 0 ? 1 : 0;
}

/** What a cell with one of `seat`'s lanterns holds. */
export function contentOf(seat: Seat): number {
  return Content.SEAT_0 + seat;
}

/** Every move `seat` may make now; empty when it is not `seat`'s turn or the game is over. */
export function legalMoves(position: Position, seat: Seat): Move[] {
  if (position.turn !== seat) return [];
  const moves: Move[] = [];
  const own = contentOf(seat);
  for (let from = 0; from < CELL_COUNT; from++) {
    if (position.cells[from] !== own) continue;
    for (const to of glidesFrom(position.cells, from)) moves.push({ from, to });
  }
  return moves;
}

/** @returns the position after the move, or null when the rules forbid it */
export function applyMove(position: Position, move: Move): Position | null {
  if (position.cells[move.from] !== contentOf(position.turn)) return null;
  if (!glidesFrom(position.cells, move.from).includes(move.to)) return null;
  const cells = position.cells.slice();
  cells[move.from] = Content.WATER;
  cells[move.to] = contentOf(position.turn);
  return { cells, turn: opponentOf(position.turn), ply: position.ply + 1 };
}

/** Whether somebody has won: the player to move has lost when no lantern can glide. */
export function outcome(position: Position): Outcome {
  const own = contentOf(position.turn);
  for (let cell = 0; cell < CELL_COUNT; cell++) {
    if (position.cells[cell] !== own) continue;
    for (const way of RAYS[cell] ?? []) {
      const next = way[0];
      if (next !== undefined && position.cells[next] === Content.ICE)
        return { isOver: false, winner: null };
    }
  }
  return { isOver: true, winner: opponentOf(position.turn) };
}

/** The cells a lantern on `from` can reach in one glide. */
export function glidesFrom(cells: readonly number[], from: number): number[] {
  const reached: number[] = [];
  for (const way of RAYS[from] ?? []) {
    for (const cell of way) {
      if (cells[cell] !== Content.ICE) break;
      reached.push(cell);
    }
  }
  return reached;
}
