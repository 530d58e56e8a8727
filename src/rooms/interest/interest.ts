import type { Client } from '@colyseus/core';
import type { Importance } from './pace.ts';

// What a game says about who sees what; read by `RoomInterest`.

/** The place of an entity: a field of it, or a function. */
export type Coordinate = string | ((entity: never) => number);

/** Entities of one collection of the state, which must be declared `.view()`. */
export interface InterestClass {
  /** Where they are; the fields `x` and `y` unless something else is said. Not finite: nowhere. */
  readonly x?: Coordinate;
  readonly y?: Coordinate;
  /**
   * Distance up to which they are always seen, in units of `x` and `y`, > 0. What is seen is a block of cells, so something
   * may be seen up to twice as far along an axis. `Infinity`: seen by everybody, wherever they are.
   */
  readonly radius: number;
  /**
   * What waits when not all that is to be told fits: `cosmetic` first, then `normal`, then `important`; `critical` never does, so
   * let it be little. On a poor link less of them is seen: see docs/spec/interest.md. `normal` unless something else is said.
   */
  readonly importance?: Importance;
  /** Who is of one team sees each other anywhere. None: null or undefined. */
  readonly team?: (entity: never) => string | number | null | undefined;
  /** Whether this one is seen by everybody. */
  readonly everywhere?: (entity: never) => boolean;
  /**
   * Fields that leave together as soon as one of them has changed; `x` and `y` unless something else is said. So whoever
   * gets a part of the updates only never has a place made of an old and a new half.
   */
  readonly together?: readonly string[];
}

/** From where a client looks. An entity will do. */
export interface Eye {
  readonly x: number;
  readonly y: number;
}

/** What holds for all collections of a room with interest. */
export interface InterestOptions {
  /**
   * From where a client looks; null: from where he looked last. Unless it is given: from the entity whose key is his session
   * id, in the first collection that has one; that one's team is his, too.
   */
  readonly eye?: (client: Client, state: never) => Eye | null | undefined;
  /**
   * What a client gets of all this, in bytes a second, on average; less where his link carries less. Where more is to be told,
   * what is far is told less often, and so on. Lower: more players on one uplink, and more that is old. 10 000 unless something
   * else is said.
   */
  readonly bytesPerSecond?: number;
}

/** Enough to tell of forty that move in sight twenty times a second, and of a thousand every 1.2 s (12 bytes each). */
export const USUAL_BYTES_PER_SECOND = 10_000;

/** Made by `defineInterest`. */
export interface Interest extends InterestOptions {
  readonly classes: Readonly<Record<string, InterestClass>>;
}

/**
 * Lets every client of a room see what is near to him, and get the bytes of nothing else.
 *
 * @param classes - by the name of the state's collection
 * @throws {RangeError} for a radius that is no distance, or a budget of nothing
 *
 * @example
 * const State = schema({ players: t.map(Player).view(), flags: t.map(Flag).view() });
 *
 * class Battle extends Room<{ state: InstanceType<typeof State> }> {
 *   override state = new State();
 *   override readonly interest = defineInterest({
 *     players: { radius: 100, importance: 'important', team: (player: PlayerState) => player.team },
 *     flags: { radius: Number.POSITIVE_INFINITY },
 *   });
 * }
 */
export function defineInterest(
  classes: Readonly<Record<string, InterestClass>>,
  options: InterestOptions = {},
): Interest {
  for (const [name, { radius }] of Object.entries(classes)) {
    if (!(radius > 0)) throw new RangeError(`interest: the radius of ${name} is ${radius}`);
  }
  const { bytesPerSecond } = options;
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0)) {
    throw new RangeError(`interest: a budget of ${bytesPerSecond} bytes a second`);
  }
  return { classes, ...options };
}
