import { type SchemaType, schema, t } from '@colyseus/schema';
import { FULL_HEALTH, KILLS_TO_WIN, MATCH_PHASE, STANCE } from './rules.ts';

/** Every arena fits into this, in units; so positions are whole sixteenths. */
const WORLD_SIZE = 4_096;

// 65 536 steps over the world: the grid of `stepFighter`, so the wire loses nothing. Wrapping (never used: maps are not
// larger than their world) makes the scale a power of two, and that exact in floating point.
const position = (worldSize: number) =>
  t.quantized({ min: 0, max: worldSize, bits: 16, mode: 'wrap' }).default(0);

/** The fields of a fighter of a world of this size. */
export const fighterFields = (worldSize: number) => ({
  x: position(worldSize),
  y: position(worldSize),
  /** Radians; 16 bits, because others draw this fighter's shots along it. */
  aim: t.angle().default(0),
  dashClock: t.uint8().default(0),
  effects: t.uint8().default(0),
  stance: t.uint8().default(STANCE.dead),
  health: t.uint8().default(FULL_HEALTH),
  /** Counts pulls of the trigger, modulo 256; clients draw the shots when it moves. */
  shots: t.uint8().default(0),
  kills: t.uint16().default(0),
  deaths: t.uint16().default(0),
  /** Room clock, ms; 0 while alive. */
  respawnAtMs: t.uint32().default(0),
  name: t.string().default(''),
  isBot: t.boolean().default(false),
  /** The player's connection dropped; the seat is held. */
  isAway: t.boolean().default(false),
  /** 1 or 2 where two sides fight; 0: everybody for himself. */
  team: t.uint8().default(0),
});

/** Someone in the arena: a player or a bot. */
export const Fighter = schema(fighterFields(WORLD_SIZE), 'Fighter');
export type Fighter = SchemaType<typeof Fighter>;

export const pickupFields = (worldSize: number) => ({
  kind: t.uint8().default(0),
  x: position(worldSize),
  y: position(worldSize),
  /** Room clock, ms, when it returns; 0 while it is there. */
  returnsAtMs: t.uint32().default(0),
});

export const Pickup = schema(pickupFields(WORLD_SIZE), 'Pickup');
export type Pickup = SchemaType<typeof Pickup>;

export const PodiumPlace = schema(
  {
    fighterId: t.string().default(''),
    name: t.string().default(''),
    kills: t.uint16().default(0),
    deaths: t.uint16().default(0),
  },
  'PodiumPlace',
);
export type PodiumPlace = SchemaType<typeof PodiumPlace>;

export const ArenaState = schema(
  {
    /** By session id; bots by `bot:<n>`. */
    fighters: t.map(Fighter),
    pickups: t.array(Pickup),
    /** One of `MATCH_PHASE`. */
    phase: t.uint8().default(MATCH_PHASE.playing),
    /** Room clock, ms, when the phase ends. */
    phaseEndsAtMs: t.uint32().default(0),
    matchNumber: t.uint16().default(0),
    /** Kills that end this match. */
    killsToWin: t.uint8().default(KILLS_TO_WIN),
    /** The best of the last match, first to third; filled while the results show. */
    podium: t.array(PodiumPlace),
  },
  'ArenaState',
);
export type ArenaState = SchemaType<typeof ArenaState>;
