// What browser and room say to each other besides the state.
//
//   browser ─▶ room   move { game, ply, move }   resign { game }   rematch { game, isWanted }
//   room ─▶ browser   refused { request, reason, message }
//   request 'time' {} ─▶ TimeAnswer

/** Options of `joinOrCreate('duel', …)`; they count for whoever creates the table. */
export interface DuelOptions {
  /** Who may sit down: anyone (the default), a friend who gets the link, or the bot. */
  readonly opponent?: Opponent;
  /** How well the bot plays. */
  readonly botLevel?: BotLevel;
  /** Time to think at the start, ms, at a friend's or the bot's table. Everyone else plays the same clock. */
  readonly clockMs?: number;
}

export type Opponent = 'anyone' | 'friend' | 'bot';
export type BotLevel = 'calm' | 'sharp';

export interface MoveMessage {
  readonly game: number;
  /** Moves made before this one. A repeated or late message names another, and is refused. */
  readonly ply: number;
  /** E.g. `a1-c3`. */
  readonly move: string;
}

export interface ResignMessage {
  readonly game: number;
}

export interface RematchMessage {
  /** The game that is over. */
  readonly game: number;
  /** False takes the offer back, or declines the other's. */
  readonly isWanted: boolean;
}

/** The server's wall clock, as asked for by `request('time', {})`: half the round trip is the error. */
export interface TimeAnswer {
  readonly serverAtMs: number;
}

/** Why a request was refused. For programs; `REFUSALS` has the words. */
export type RefusalReason = keyof typeof REFUSALS;

export interface Refusal {
  readonly request: 'move' | 'resign' | 'rematch';
  readonly reason: RefusalReason;
  /** For people. */
  readonly message: string;
}

export const REFUSALS = {
  'not-seated': 'You are watching this game.',
  'not-playing': 'No game is going on.',
  'not-over': 'The game is still going on.',
  'other-game': 'That was meant for another game.',
  'other-ply': 'That move was already made, or came too late.',
  'not-your-turn': 'It is not your turn.',
  'illegal-move': 'The rules do not allow that move.',
  'opponent-gone': 'Your opponent has left the table.',
} as const;
