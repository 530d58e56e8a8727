import { beforeEach, describe, expect, test } from 'vitest';
import { mulberry32 } from '../shared/layout.ts';
import { formatMove, replay } from '../shared/notation.ts';
import { legalMoves, opponentOf, type Seat } from '../shared/rules.ts';
import { DuelTable } from './duel-table.ts';

const CLOCK_MS = 60_000;
const INCREMENT_MS = 3_000;
const STARTED_AT_MS = 1_000_000;

let table: DuelTable;

beforeEach(() => {
  table = new DuelTable({ clockMs: CLOCK_MS, incrementMs: INCREMENT_MS, random: mulberry32(11) });
  sit(0, 'ann');
  sit(1, 'bob');
});

describe('a table', () => {
  test('waits for the second player', () => {
    const empty = new DuelTable({ clockMs: 1, incrementMs: 0, random: mulberry32(1) });
    expect(empty.state.phase).toBe('waiting');
    expect(empty.freeSeat()).toBe(0);
    expect(table.state.phase).toBe('playing');
    expect(table.freeSeat()).toBeNull();
    expect(table.state.turnEndsAtMs).toBe(STARTED_AT_MS + CLOCK_MS);
  });

  test('that waits in vain is called off: nobody has won, and there is no rematch', () => {
    const lonely = new DuelTable({ clockMs: 1, incrementMs: 0, random: mulberry32(1) });
    const guest = { sessionId: 's', playerId: 'p', displayName: 'Ann', isBot: false };
    lonely.sit(1, { ...guest, rating: 1_510 }, STARTED_AT_MS);
    lonely.callOff();
    expect(lonely.state).toMatchObject({ phase: 'over', ending: 'absent', winner: -1, game: 0 });
    expect(lonely.seat(1)).toMatchObject({ rating: 1_510, wins: 0 });
    expect(lonely.rematch(1, { game: 0, isWanted: true }, STARTED_AT_MS)).toBe('opponent-gone');
    table.callOff();
    expect(table.state.phase).toBe('playing');
  });

  test('plays a whole game that its own record explains', () => {
    const winner = playToTheEnd();
    expect(table.state).toMatchObject({ phase: 'over', ending: 'stuck', winner, turnEndsAtMs: 0 });
    expect(table.seat(winner).wins).toBe(1);
    expect(replay(table.state.layout, table.state.moves)).toEqual(table.position);
    expect(move(0)).toBe('not-playing');
  });

  test('refuses, and changes nothing', () => {
    const before = JSON.stringify(table.state);
    const seat = turn();
    const text = legalText();
    expect(table.move(null, message(text), STARTED_AT_MS)).toBe('not-seated');
    expect(table.move(opponentOf(seat), message(text), STARTED_AT_MS)).toBe('not-your-turn');
    expect(table.move(seat, { ...message(text), game: 7 }, STARTED_AT_MS)).toBe('other-game');
    expect(table.move(seat, { ...message(text), ply: 1 }, STARTED_AT_MS)).toBe('other-ply');
    for (const nonsense of ['a1-i5', 'e5-e6', 'a1-a1', 'xx', '', 'a1']) {
      expect(table.move(seat, message(nonsense), STARTED_AT_MS)).toBe('illegal-move');
    }
    expect(table.rematch(seat, { game: 1, isWanted: true }, STARTED_AT_MS)).toBe('not-over');
    expect(table.resign(null, { game: 1 }, STARTED_AT_MS)).toBe('not-seated');
    expect(table.resign(seat, { game: 0 }, STARTED_AT_MS)).toBe('other-game');
    expect(JSON.stringify(table.state)).toBe(before);
  });

  test('the same move sent twice counts once', () => {
    const seat = turn();
    const twice = message(legalText());
    expect(table.move(seat, twice, STARTED_AT_MS)).toBeNull();
    expect(table.move(seat, twice, STARTED_AT_MS)).toBe('other-ply');
    expect(table.state.moves.length).toBe(1);
  });
});

describe('the clock', () => {
  test('runs for the player to move and gives the increment back', () => {
    const seat = turn();
    move(10_000);
    expect(table.seat(seat).clockMs).toBe(CLOCK_MS - 10_000 + INCREMENT_MS);
    expect(table.seat(opponentOf(seat)).clockMs).toBe(CLOCK_MS);
    expect(table.state.turnEndsAtMs).toBe(STARTED_AT_MS + 10_000 + CLOCK_MS);
  });

  test('falls at its deadline, not before', () => {
    const seat = turn();
    table.checkFlag(STARTED_AT_MS + CLOCK_MS - 1);
    expect(table.state.phase).toBe('playing');
    table.checkFlag(STARTED_AT_MS + CLOCK_MS);
    expect(table.state).toMatchObject({ phase: 'over', ending: 'flag', winner: opponentOf(seat) });
    expect(table.seat(seat).clockMs).toBe(0);
  });

  test('a move after the deadline loses, even when the timer has not fired', () => {
    const seat = turn();
    expect(move(CLOCK_MS)).toBe('not-playing');
    expect(table.state).toMatchObject({ ending: 'flag', winner: opponentOf(seat) });
  });
});

describe('leaving', () => {
  test.each(['left', 'abandoned'] as const)('a game is lost by having %s', (ending) => {
    table.leave(0, ending, STARTED_AT_MS);
    expect(table.state).toMatchObject({ phase: 'over', ending, winner: 1 });
    expect(table.rematch(1, { game: 1, isWanted: true }, STARTED_AT_MS)).toBe('opponent-gone');
  });

  test('a lost connection stops no clock, and a new session takes the seat back', () => {
    const deadline = table.state.turnEndsAtMs;
    table.drop(0, STARTED_AT_MS + 30_000);
    expect(table.seat(0)).toMatchObject({
      isConnected: false,
      forfeitAtMs: STARTED_AT_MS + 30_000,
    });
    expect(table.state.turnEndsAtMs).toBe(deadline);
    table.resume(0, 'ann-again');
    expect(table.seat(0)).toMatchObject({ isConnected: true, forfeitAtMs: 0 });
    expect(table.seatOf('ann-again')).toBe(0);
    expect(table.seatOf('ann')).toBeNull();
  });

  test('frees the place while nobody else has come', () => {
    table = new DuelTable({ clockMs: 1_000, incrementMs: 0, random: mulberry32(1) });
    sit(0, 'ann');
    table.leave(0, 'left', STARTED_AT_MS);
    expect(table.freeSeat()).toBe(0);
    expect(table.state.phase).toBe('waiting');
  });
});

describe('a rematch', () => {
  test('begins when both want it, and the other one glides first', () => {
    const first = turn();
    playToTheEnd();
    const game = table.state.game;
    expect(table.rematch(0, { game, isWanted: true }, STARTED_AT_MS)).toBeNull();
    expect(table.state.phase).toBe('over');
    expect(table.rematch(1, { game, isWanted: true }, STARTED_AT_MS)).toBeNull();
    expect(table.state).toMatchObject({ phase: 'playing', game: game + 1, winner: -1, ending: '' });
    expect(turn()).toBe(opponentOf(first));
    expect(table.state.moves.length).toBe(0);
    expect(table.seat(0)).toMatchObject({ clockMs: CLOCK_MS, wantsRematch: false });
  });

  test('an offer can be declined', () => {
    table.resign(0, { game: 1 }, STARTED_AT_MS);
    table.rematch(0, { game: 1, isWanted: true }, STARTED_AT_MS);
    table.rematch(1, { game: 1, isWanted: false }, STARTED_AT_MS);
    expect(table.seat(0).wantsRematch).toBe(false);
    table.rematch(1, { game: 1, isWanted: true }, STARTED_AT_MS);
    expect(table.state.phase).toBe('over');
  });
});

function sit(seat: Seat, name: string): void {
  const guest = { sessionId: name, playerId: `player-${name}`, displayName: name, isBot: false };
  table.sit(seat, guest, STARTED_AT_MS);
}

function turn(): Seat {
  return table.position.turn;
}

function legalText(): string {
  const [first] = legalMoves(table.position, turn());
  if (first === undefined) throw new Error('no move left');
  return formatMove(first);
}

function message(text: string) {
  return { game: table.state.game, ply: table.position.ply, move: text };
}

/** @returns the refusal, if any */
function move(afterMs: number) {
  const text = table.state.phase === 'playing' ? legalText() : 'a1-a2';
  return table.move(turn(), message(text), STARTED_AT_MS + afterMs);
}

function playToTheEnd(): Seat {
  while (table.state.phase === 'playing') expect(move(0)).toBeNull();
  return table.state.winner as Seat;
}
