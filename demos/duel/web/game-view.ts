import type { DuelEnding, DuelPhase, DuelState } from '../shared/duel-state.ts';
import { parseMove, replay } from '../shared/notation.ts';
import {
  applyMove,
  legalMoves,
  type Move,
  opponentOf,
  type Position,
  type Seat,
} from '../shared/rules.ts';

export interface SeatView {
  readonly name: string;
  readonly isTaken: boolean;
  readonly isBot: boolean;
  readonly isConnected: boolean;
  /** The player has left for good. */
  readonly hasLeft: boolean;
  readonly forfeitAtMs: number;
  readonly clockMs: number;
  readonly wantsRematch: boolean;
  readonly wins: number;
  /** -1 while unknown. */
  readonly careerWins: number;
  /** In the queue that has made the match, points; -1: none has. */
  readonly rating: number;
}

/** A table as this browser sees it: the room's state, read once, with what follows from it. */
export interface GameView {
  readonly phase: DuelPhase;
  readonly game: number;
  readonly layout: string;
  /** The own seat; null for spectators. */
  readonly seat: Seat | null;
  /** Includes the own move that is on its way to the room. */
  readonly position: Position;
  readonly turn: Seat;
  readonly moves: readonly string[];
  readonly lastMove: Move | null;
  /** What this browser's player may do now. */
  readonly legal: readonly Move[];
  readonly turnEndsAtMs: number;
  readonly winner: Seat | null;
  readonly ending: DuelEnding;
  readonly seats: readonly [SeatView, SeatView];
  readonly spectators: readonly string[];
}

/** A move sent but not yet confirmed. */
export interface PendingMove {
  readonly game: number;
  readonly ply: number;
  readonly text: string;
}

/** @returns null while the state has not arrived whole */
export function viewOf(
  state: DuelState,
  sessionId: string,
  pending: PendingMove | null,
): GameView | null {
  const first = state.seats?.[0];
  const second = state.seats?.[1];
  const confirmed = replay(state.layout ?? '', state.moves ?? []);
  if (first === undefined || second === undefined || confirmed === null) return null;
  const ahead = positionAfter(confirmed, state.game, pending);
  const position = ahead ?? confirmed;
  const moves = [...state.moves, ...(ahead === null || pending === null ? [] : [pending.text])];
  const seat = seatOf(sessionId, [first.sessionId, second.sessionId]);
  const isMyTurn = state.phase === 'playing' && seat === position.turn;
  return {
    phase: state.phase,
    game: state.game,
    layout: `${state.game} ${state.layout}`,
    seat,
    position,
    turn: position.turn,
    moves,
    lastMove: parseMove(moves.at(-1) ?? ''),
    legal: isMyTurn ? legalMoves(position, position.turn) : [],
    turnEndsAtMs: state.turnEndsAtMs,
    winner: state.winner < 0 ? null : (state.winner as Seat),
    ending: state.ending,
    seats: [seatViewOf(first), seatViewOf(second)],
    spectators: [...state.spectators.values()],
  };
}

/** @returns null when the pending move is none of this position */
function positionAfter(
  confirmed: Position,
  game: number,
  pending: PendingMove | null,
): Position | null {
  if (pending === null || pending.game !== game || pending.ply !== confirmed.ply) return null;
  const move = parseMove(pending.text);
  return move === null ? null : applyMove(confirmed, move);
}

function seatOf(sessionId: string, owners: readonly [string, string]): Seat | null {
  if (owners[0] === sessionId) return 0;
  return owners[1] === sessionId ? 1 : null;
}

/** The seat drawn at the bottom: the own one; spectators sit behind seat 0. */
export function nearSeat(view: GameView): Seat {
  return view.seat ?? 0;
}

export function farSeat(view: GameView): Seat {
  return opponentOf(nearSeat(view));
}

/** Whether the queue has made this table, so that its first game is rated. */
export function isMatch(view: GameView): boolean {
  return view.seats.some(({ rating }) => rating >= 0);
}

function seatViewOf(seat: NonNullable<DuelState['seats'][number]>): SeatView {
  return {
    name: seat.displayName,
    isTaken: seat.sessionId !== '',
    isBot: seat.isBot,
    isConnected: seat.isConnected,
    hasLeft: seat.sessionId === '-',
    forfeitAtMs: seat.forfeitAtMs,
    clockMs: seat.clockMs,
    wantsRematch: seat.wantsRematch,
    wins: seat.wins,
    careerWins: seat.careerWins,
    rating: seat.rating,
  };
}
