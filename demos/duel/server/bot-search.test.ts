import { expect, test } from 'vitest';
import { mulberry32, startPosition } from '../shared/layout.ts';
import { formatMove, replay } from '../shared/notation.ts';
import { applyMove, legalMoves, type Move, outcome, type Position } from '../shared/rules.ts';
import { BotSearch } from './bot-search.ts';

test('beats random play from either seat', () => {
  const random = mulberry32(7);
  for (const game of [0, 1, 2, 3]) {
    const botSeat = game % 2;
    let position = startPosition(game);
    while (!outcome(position).isOver) {
      const choices = legalMoves(position, position.turn);
      const move =
        position.turn === botSeat
          ? searchedMove(position, 150)
          : choices[Math.floor(random() * choices.length)];
      position = applyMove(position, move as Move) as Position;
    }
    expect(outcome(position).winner).toBe(botSeat);
  }
});

test('takes a win in one move', () => {
  // Seat 1's last lantern has one hex left, d1; seat 0 may take it or wander off.
  const layout = [
    '.....',
    '......',
    '.......',
    'ox......',
    'y..o.....',
    '........',
    '.......',
    '......',
    '.....',
  ];
  const position = replay(`${layout.join('')}/x`, []) as Position;
  expect(formatMove(searchedMove(position, 200) as Move)).toBe('d2-d1');
});

test('stops within its slice and goes on where it stopped', () => {
  let nowMs = 0;
  const search = new BotSearch(startPosition(1), { iterations: 100, nowMs: () => nowMs++ });
  search.think(3);
  expect(search.isDone).toBe(false);
  let slices = 1;
  for (; !search.isDone; slices++) search.think(3);
  expect(slices).toBeGreaterThan(3);
  expect(slices).toBeLessThan(20);
});

test('has no move where there is none', () => {
  const stuck = replay(`${'x'.padEnd(61, '.')}/x`, []) as Position;
  expect(searchedMove(stuck, 10)).toBeNull();
});

function searchedMove(position: Position, iterations: number): Move | null {
  const search = new BotSearch(position, { iterations });
  while (!search.isDone) search.think(50);
  return search.bestMove();
}
