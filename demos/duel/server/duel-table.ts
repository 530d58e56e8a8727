import { type DuelEnding, DuelState, SeatState } from '../shared/duel-state.ts';
import { startPosition } from '../shared/layout.ts';
import type {
  MoveMessage,
  RefusalReason,
  RematchMessage,
  ResignMessage,
} from '../shared/messages.ts';
import { formatLayout, formatMove, parseMove, replay } from '../shared/notation.ts';
import {
  applyMove,
  type Move,
  opponentOf,
  outcome,
  type Position,
  type Seat,
} from '../shared/rules.ts';

/** Who sits down. */
export interface Guest {
  readonly sessionId: string;
  readonly playerId: string;
  readonly displayName: string;
  readonly isBot: boolean;
  /** What matchmaking believes of him, rating points; absent: it has not sent him. */
  readonly rating?: number;
}

export interface TableOptions {
  /** Time to think at the start of a game, ms. */
  readonly clockMs: number;
  /** Added after each move, ms. */
  readonly incrementMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Seats in the order of `state.seats`. */
export const SEATS: readonly Seat[] = [0, 1];

/**
 * The table: seats, clocks and the game on it. Knows no network and no timers; whoever owns it says what time it is, and
 * calls `checkFlag` when `state.turnEndsAtMs` has come. What a player asks for is done or refused, never half done.
 */
export class DuelTable {
  readonly state = new DuelState();
  readonly #options: TableOptions;
  /** `replay(state.layout, state.moves)`, kept so that a move costs a move. */
  #position: Position;

  constructor(options: TableOptions) {
    this.#options = options;
    this.state.incrementMs = options.incrementMs;
    for (const _ of SEATS) this.state.seats.push(new SeatState());
    this.#position = this.#layOut(options.random() < 0.5 ? 0 : 1);
  }

  /** The state came back: the position is made of its moves. @throws {RangeError} when they are no game */
  restore(): void {
    const position = replay(this.state.layout, [...this.state.moves]);
    if (position === null) throw new RangeError('The moves of this table are no game.');
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  seat(seat: Seat): SeatState {
    return this.state.seats[seat] as SeatState;
  }

  /** @returns null when this session only watches */
  seatOf(sessionId: string): Seat | null {
    return SEATS.find((seat) => this.seat(seat).sessionId === sessionId) ?? null;
  }

  /** @returns null when both places are taken */
  freeSeat(): Seat | null {
    return this.seatOf('');
  }

  /** A place is taken; with the second one the first game begins. */
  sit(seat: Seat, guest: Guest, nowAtMs: number): void {
    const taken = this.seat(seat);
    Object.assign(taken, guest, {
      isConnected: true,
      forfeitAtMs: 0,
      clockMs: this.#options.clockMs,
    });
    if (this.state.phase === 'waiting' && this.freeSeat() === null) this.#begin(nowAtMs);
  }

  /** Nobody waits any longer for who should have come: no game, no winner. */
  callOff(): void {
    if (this.state.phase !== 'waiting') return;
    this.state.ending = 'absent';
    this.state.phase = 'over';
  }

  /** The player on this seat has a new session, or his old one back. */
  resume(seat: Seat, sessionId: string): void {
    Object.assign(this.seat(seat), { sessionId, isConnected: true, forfeitAtMs: 0 });
  }

  /** The connection is lost; the clock goes on. */
  drop(seat: Seat, forfeitAtMs: number): void {
    Object.assign(this.seat(seat), { isConnected: false, forfeitAtMs });
  }

  /** The player is gone for good. A game that goes on is lost; a place nobody has played from is free again. */
  leave(seat: Seat, ending: 'left' | 'abandoned', nowAtMs: number): void {
    const left = this.seat(seat);
    if (this.state.phase === 'waiting') {
      this.state.seats[seat] = new SeatState();
      return;
    }
    if (this.state.phase === 'playing') this.#end(opponentOf(seat), ending, nowAtMs);
    // The name stays for the result; the session is nobody's any more.
    Object.assign(left, {
      sessionId: '-',
      isConnected: false,
      forfeitAtMs: 0,
      wantsRematch: false,
    });
    this.seat(opponentOf(seat)).wantsRematch = false;
  }

  /** @returns why not, or null when it is done */
  move(seat: Seat | null, message: MoveMessage, nowAtMs: number): RefusalReason | null {
    const refusal = this.#refusalOfTurn(seat, message, nowAtMs);
    if (refusal !== null) return refusal;
    const move = parseMove(message.move);
    const next = move === null ? null : applyMove(this.#position, move);
    if (move === null || next === null) return 'illegal-move';
    this.#play(move, next, nowAtMs);
    return null;
  }

  /** @returns why not, or null when it is done */
  resign(seat: Seat | null, message: ResignMessage, nowAtMs: number): RefusalReason | null {
    if (seat === null) return 'not-seated';
    if (message.game !== this.state.game) return 'other-game';
    if (this.state.phase !== 'playing') return 'not-playing';
    this.#end(opponentOf(seat), 'resigned', nowAtMs);
    return null;
  }

  /** Offers or accepts; the new game begins when both want it. @returns why not, or null when it is done */
  rematch(seat: Seat | null, message: RematchMessage, nowAtMs: number): RefusalReason | null {
    if (seat === null) return 'not-seated';
    if (message.game !== this.state.game) return 'other-game';
    if (this.state.phase !== 'over') return 'not-over';
    if (this.freeSeat() !== null) return 'opponent-gone';
    const own = this.seat(seat);
    const other = this.seat(opponentOf(seat));
    if (!message.isWanted) {
      own.wantsRematch = false;
      other.wantsRematch = false;
      return null;
    }
    if (other.sessionId === '-') return 'opponent-gone';
    own.wantsRematch = true;
    if (other.isBot || other.wantsRematch) this.#rematch(nowAtMs);
    return null;
  }

  /** Ends the game if the player to move has run out of time. */
  checkFlag(nowAtMs: number): void {
    if (this.state.phase !== 'playing' || nowAtMs < this.state.turnEndsAtMs) return;
    this.#end(opponentOf(this.#position.turn), 'flag', nowAtMs);
  }

  #refusalOfTurn(seat: Seat | null, message: MoveMessage, nowAtMs: number): RefusalReason | null {
    if (seat === null) return 'not-seated';
    // A move that arrives after the flag is late, even if the room's timer is later still.
    this.checkFlag(nowAtMs);
    if (message.game !== this.state.game) return 'other-game';
    if (this.state.phase !== 'playing') return 'not-playing';
    if (message.ply !== this.#position.ply) return 'other-ply';
    return seat === this.#position.turn ? null : 'not-your-turn';
  }

  #play(move: Move, next: Position, nowAtMs: number): void {
    const mover = this.seat(this.#position.turn);
    mover.clockMs = Math.max(0, this.state.turnEndsAtMs - nowAtMs) + this.#options.incrementMs;
    this.#position = next;
    this.state.moves.push(formatMove(move));
    const { isOver, winner } = outcome(next);
    if (isOver && winner !== null) this.#end(winner, 'stuck', nowAtMs);
    else this.state.turnEndsAtMs = nowAtMs + this.seat(next.turn).clockMs;
  }

  #end(winner: Seat, ending: DuelEnding, nowAtMs: number): void {
    // What the clocks showed at the end stays on them.
    if (ending !== 'stuck') {
      const mover = this.seat(this.#position.turn);
      mover.clockMs = Math.max(0, this.state.turnEndsAtMs - nowAtMs);
    }
    this.state.turnEndsAtMs = 0;
    this.state.winner = winner;
    this.state.ending = ending;
    this.state.phase = 'over';
    this.seat(winner).wins++;
  }

  #rematch(nowAtMs: number): void {
    const firstBefore = replay(this.state.layout, [])?.turn ?? 0;
    this.#position = this.#layOut(opponentOf(firstBefore));
    this.#begin(nowAtMs);
  }

  #layOut(first: Seat): Position {
    const seed = Math.floor(this.#options.random() * 2 ** 32);
    const position = startPosition(seed, first);
    this.state.layout = formatLayout(position);
    this.state.moves.clear();
    return position;
  }

  #begin(nowAtMs: number): void {
    for (const seat of SEATS) {
      Object.assign(this.seat(seat), { clockMs: this.#options.clockMs, wantsRematch: false });
    }
    this.state.game++;
    this.state.winner = -1;
    this.state.ending = '';
    this.state.turnEndsAtMs = nowAtMs + this.#options.clockMs;
    this.state.phase = 'playing';
  }
}
