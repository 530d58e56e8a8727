// What the room and the page share: the state, what a player may ask for in a step, and what that does.

import { position, type SchemaType, schema, t } from 'meridian/schema';

export const STEP_RATE_HZ = 20;
/** The field is square; positions are of a player's centre, in units. */
export const FIELD_SIZE = 1_000;
export const PLAYER_RADIUS = 30;
/** Units per second. */
const SPEED = 400;
const PLACES = { min: PLAYER_RADIUS, max: FIELD_SIZE - PLAYER_RADIUS };

export const Player = schema(
  {
    x: position(PLACES).default(FIELD_SIZE / 2),
    y: position(PLACES).default(FIELD_SIZE / 2),
    name: t.string().default(''),
    /** Of its colour, in degrees. */
    hue: t.uint16().default(0),
  },
  'Player',
);
export type Player = SchemaType<typeof Player>;

export const FieldState = schema({ players: t.map(Player) }, 'FieldState');
export type FieldState = SchemaType<typeof FieldState>;

/** Where to, each -127 to 127: left to right, and top to bottom. */
export const Move = schema({ x: t.int8().default(0), y: t.int8().default(0) }, 'Move');
export type Move = SchemaType<typeof Move>;

/** One step of one player. The room decides with it, and the page shows its outcome before the answer is there. */
export function movePlayer(
  _ctx: unknown,
  player: { x: number; y: number },
  move: Readonly<{ x: number; y: number }>,
): void {
  // A diagonal is no faster than straight on.
  const length = Math.max(127, Math.hypot(move.x, move.y));
  player.x = within(player.x + ((move.x / length) * SPEED) / STEP_RATE_HZ);
  player.y = within(player.y + ((move.y / length) * SPEED) / STEP_RATE_HZ);
}

function within(coordinate: number): number {
  return Math.min(PLACES.max, Math.max(PLACES.min, coordinate));
}
