import { type SchemaType, schema, t } from '@colyseus/schema';

/** One of the two places at the table. A person keeps it from game to game; who glides first changes. */
export const SeatState = schema(
  {
    /** Empty while the place is free. Bots have one too. */
    sessionId: t.string().default(''),
    playerId: t.string().default(''),
    displayName: t.string().default(''),
    isBot: t.boolean().default(false),
    isConnected: t.boolean().default(false),
    /** Wall clock of the server, ms: the game is forfeit if the player is not back by then; 0 while connected. */
    forfeitAtMs: t.float64().default(0),
    /** Time left to think, ms; while it is this seat's turn, the time left when the turn began. */
    clockMs: t.uint32().default(0),
    wantsRematch: t.boolean().default(false),
    /** Games won at this table. */
    wins: t.uint16().default(0),
    /** Duels won in this player's life, from the profile; -1 while unknown. */
    careerWins: t.int32().default(-1),
    /** What the queue believed of this player when it made the match, rating points; -1 at a table without a match. */
    rating: t.int32().default(-1),
  },
  'SeatState',
);
export type SeatState = SchemaType<typeof SeatState>;

/**
 * Everything about a table. The position is not here: it is `replay(layout, moves)`, on every side.
 *
 *   waiting ──both seated──▶ playing ──stuck | flag | resigned | left | abandoned──▶ over ──both want a rematch──▶ playing
 *      └──absent: one of a match did not come──────────────────────────────────────────▲
 */
export const DuelState = schema(
  {
    phase: t.string<DuelPhase>().default('waiting'),
    /** Games begun at this table. Messages name it, so that none counts for a game it was not meant for. */
    game: t.uint16().default(0),
    /** See notation.ts; says who glides first, too. */
    layout: t.string().default(''),
    moves: t.array('string'),
    /** Wall clock of the server, ms: the player to move loses when it passes; 0 while nobody thinks. */
    turnEndsAtMs: t.float64().default(0),
    /** Added to a player's clock after each of his moves, ms. */
    incrementMs: t.uint32().default(0),
    /** -1 while the game goes on. */
    winner: t.int8().default(-1),
    ending: t.string<DuelEnding>().default(''),
    seats: t.array(SeatState),
    /** Names of those who watch. */
    spectators: t.map('string'),
  },
  'DuelState',
);
export type DuelState = SchemaType<typeof DuelState>;

export type DuelPhase = 'waiting' | 'playing' | 'over';

/**
 * How a game ended: no move left, out of time, gave up, walked away, or lost the connection for too long; absent: it never began,
 * and nobody has won.
 */
export type DuelEnding = '' | 'stuck' | 'flag' | 'resigned' | 'left' | 'abandoned' | 'absent';
