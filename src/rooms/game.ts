import type { EventDefinitions } from '../analytics/contract.ts';
import type { QueueDefinition } from '../matchmaking/contract.ts';
import type { Room } from './room.ts';

/** A class whose instances are rooms. */
export type RoomClass = new () => Room;

/** One kind of room, as clients name it in `joinOrCreate('<name>')`. */
export interface RoomDefinition {
  readonly room: RoomClass;
  /** Options every room of this kind is created with; they win over what clients send. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Client options that must be equal for players to share a room, e.g. `['map']`. */
  readonly filterBy?: readonly string[];
}

/** A game: its kinds of rooms and, when wanted, its web pages. */
export interface GameDefinition {
  readonly rooms: Readonly<Record<string, RoomClass | RoomDefinition>>;
  /** Queues that players are matched in, by name; each makes rooms of one kind. */
  readonly queues?: Readonly<Record<string, QueueDefinition>>;
  /** Analytics events of the game, as `defineEvents` makes them; rooms record them with `this.analytics`. */
  readonly analytics?: EventDefinitions;
  /** Folder served at `/` (built pages). Absolute path. */
  readonly webRoot?: string;
}

/**
 * Declares a game. The module that `meridian start` loads exports the result as `game`.
 *
 * @example
 * export const game = defineGame({ rooms: { arena: ArenaRoom } });
 */
export function defineGame(definition: GameDefinition): GameDefinition {
  return definition;
}
