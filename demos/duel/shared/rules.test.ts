import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CELL_COUNT, cellName, cellOfName, RAYS } from './board.ts';
import { mulberry32, startPosition } from './layout.ts';
import { formatLayout, formatMove, parseLayout, parseMove, replay } from './notation.ts';
import {
  applyMove,
  legalMoves,
  type Move,
  opponentOf,
  outcome,
  type Position,
  type Seat,
} from './rules.ts';

// The seed is the run's, which prints it (test/support/test-seed.ts).
const RUNS = { numRuns: 60 };

describe('Floe', () => {
  test('random play always ends, within a move per free hex', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (layoutSeed, playSeed) => {
        const start = startPosition(layoutSeed);
        const freeHexes = start.cells.filter((content) => content === 1).length;
        const { positions } = playRandomly(start, playSeed);
        const last = lastOf(positions);
        expect(outcome(last).isOver).toBe(true);
        expect(last.ply).toBeLessThanOrEqual(freeHexes);
      }),
      RUNS,
    );
  });

  test('legalMoves lists exactly the moves that applyMove accepts', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (layoutSeed, playSeed, pick) => {
        const { positions } = playRandomly(startPosition(layoutSeed), playSeed);
        const position = positions[pick % positions.length] as Position;
        const listed = legalMoves(position, position.turn).map(formatMove).sort();
        const accepted = everyPair()
          .filter((move) => applyMove(position, move) !== null)
          .map(formatMove)
          .sort();
        expect(listed).toEqual(accepted);
        expect(legalMoves(position, opponentOf(position.turn))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('a game is over exactly when the player to move has no move, and the other has won', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (layoutSeed, playSeed) => {
        for (const position of playRandomly(startPosition(layoutSeed), playSeed).positions) {
          const isStuck = legalMoves(position, position.turn).length === 0;
          expect(outcome(position)).toEqual({
            isOver: isStuck,
            winner: isStuck ? opponentOf(position.turn) : null,
          });
        }
      }),
      RUNS,
    );
  });

  test('no move is accepted after the end', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (layoutSeed, playSeed) => {
        const last = lastOf(playRandomly(startPosition(layoutSeed), playSeed).positions);
        expect(everyPair().filter((move) => applyMove(last, move) !== null)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('replaying the notation gives the same position', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom(0, 1), (layoutSeed, playSeed, first) => {
        const start = startPosition(layoutSeed, first as Seat);
        const { positions, moves } = playRandomly(start, playSeed);
        expect(replay(formatLayout(start), moves.map(formatMove))).toEqual(lastOf(positions));
      }),
      RUNS,
    );
  });

  test('each move sinks one hex and leaves every other lantern alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (layoutSeed, playSeed) => {
        const { positions, moves } = playRandomly(startPosition(layoutSeed), playSeed);
        for (const [ply, move] of moves.entries()) {
          const before = (positions[ply] as Position).cells;
          const expected = before.slice();
          expected[move.from] = 0;
          expected[move.to] = before[move.from] as number;
          expect((positions[ply + 1] as Position).cells).toEqual(expected);
        }
      }),
      RUNS,
    );
  });

  test('the floe looks the same from either side', () => {
    fc.assert(
      fc.property(fc.nat(), (layoutSeed) => {
        const { cells } = startPosition(layoutSeed);
        const otherSide = [0, 1, 3, 2];
        expect(cells.map((content) => otherSide[content]).reverse()).toEqual(cells);
      }),
      RUNS,
    );
  });

  test.each(['', 'a1', 'a1-', 'a1-z9', 'a1-a2-a3', 'a6-a1', 'A1-A2', ' a1-a2', '__proto__-a1'])(
    '%j is not a move',
    (text) => {
      expect(parseMove(text)).toBeNull();
    },
  );

  test('garbage is not a layout', () => {
    expect(parseLayout('o'.repeat(CELL_COUNT - 1))).toBeNull();
    expect(parseLayout('z'.repeat(CELL_COUNT))).toBeNull();
    expect(parseLayout(`${'o'.repeat(CELL_COUNT)}/z`)).toBeNull();
    expect(parseLayout(`${'o'.repeat(CELL_COUNT)}/y`)?.turn).toBe(1);
    expect(replay('', [])).toBeNull();
  });

  test('cells have names and lie as drawn', () => {
    expect([0, 4, 26, 30, 34, 60].map(cellName)).toEqual(['a1', 'a5', 'e1', 'e5', 'e9', 'i5']);
    expect(cellOfName('e5')).toBe(30);
    expect(RAYS[30]?.map((way) => way.map(cellName).join(' '))).toEqual([
      'e6 e7 e8 e9',
      'f5 g5 h5 i5',
      'f4 g3 h2 i1',
      'e4 e3 e2 e1',
      'd4 c3 b2 a1',
      'd5 c5 b5 a5',
    ]);
  });
});

function playRandomly(
  start: Position,
  playSeed: number,
): { readonly positions: Position[]; readonly moves: Move[] } {
  const random = mulberry32(playSeed);
  const positions = [start];
  const moves: Move[] = [];
  for (let position = start; !outcome(position).isOver; ) {
    const choices = legalMoves(position, position.turn);
    const move = choices[Math.floor(random() * choices.length)] as Move;
    position = applyMove(position, move) as Position;
    positions.push(position);
    moves.push(move);
  }
  return { positions, moves };
}

function lastOf(positions: readonly Position[]): Position {
  return positions[positions.length - 1] as Position;
}

function everyPair(): Move[] {
  const cells = Array.from({ length: CELL_COUNT }, (_, cell) => cell);
  return cells.flatMap((from) => cells.map((to) => ({ from, to })));
}
