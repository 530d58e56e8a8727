// How positions and moves are written, on the wire and for people.
//
//   layout   61 characters in reading order: '.' water, 'o' ice, 'x' and 'y' the lanterns of seat 0 and 1;
//            then '/' and the letter of the seat that glides first
//   move     'a1-c3'
//   record   '<layout> a1-c3 e9-g7 …': a whole game; `replay` rebuilds its last position

import { CELL_COUNT, cellName, cellOfName } from './board.ts';
import { applyMove, type Move, type Position } from './rules.ts';

const LETTERS = '.oxy';

export function formatLayout(position: Position): string {
  return `${position.cells.map((content) => LETTERS[content]).join('')}/${'xy'[position.turn]}`;
}

/** @returns null when the text is not a layout */
export function parseLayout(text: string): Position | null {
  const [ice = '', first = '', ...rest] = text.split('/');
  const cells = Array.from(ice, (letter) => LETTERS.indexOf(letter));
  if (cells.length !== CELL_COUNT || cells.includes(-1)) return null;
  if ((first !== 'x' && first !== 'y') || rest.length > 0) return null;
  return { cells, turn: first === 'x' ? 0 : 1, ply: 0 };
}

export function formatMove(move: Move): string {
  return `${cellName(move.from)}-${cellName(move.to)}`;
}

/** @returns null when the text does not name two cells; whether the move is legal is for `applyMove` to say */
export function parseMove(text: string): Move | null {
  const [fromName = '', toName = '', ...rest] = text.split('-');
  const from = cellOfName(fromName);
  const to = cellOfName(toName);
  return from === null || to === null || rest.length > 0 ? null : { from, to };
}

/** @returns the position after all moves, or null when the layout or one of the moves is not valid */
export function replay(layout: string, moves: Iterable<string>): Position | null {
  let position = parseLayout(layout);
  for (const text of moves) {
    const move = parseMove(text);
    if (position === null || move === null) return null;
    position = applyMove(position, move);
  }
  return position;
}
