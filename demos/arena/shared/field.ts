import { ARENA_MAP, type ArenaMap } from './arena-map.ts';
import { CROWD_MAP } from './crowd/crowd-map.ts';
import { CROWD_TEMPO } from './crowd/crowd-rules.ts';
import { ARENA_TEMPO, type Tempo } from './rules.ts';

/** Where and at which pace is fought: what a room and a browser know of each other without a word. */
export interface Field {
  readonly map: ArenaMap;
  readonly tempo: Tempo;
}

export const ARENA_FIELD: Field = { map: ARENA_MAP, tempo: ARENA_TEMPO };
export const CROWD_FIELD: Field = { map: CROWD_MAP, tempo: CROWD_TEMPO };

/** Names of the rooms, as `demos/game.ts` has them. */
export const ROOM = { arena: 'arena', battle: 'battle' } as const;

/** The field of a room of this name. */
export function fieldOf(roomName: string): Field {
  return roomName === ROOM.battle ? CROWD_FIELD : ARENA_FIELD;
}
