// The arena's squads, with matches that end while a test looks on.

import { defineGame } from 'meridian';
import { ArenaRoom } from '../../demos/arena/server/arena-room.ts';
import { SQUAD_QUEUE } from '../../demos/arena/shared/rules.ts';
import { game as demo } from '../../demos/game.ts';

export const game = defineGame({
  rooms: { arena: { room: ArenaRoom, options: { matchMs: 1_500 } } },
  queues: { [SQUAD_QUEUE]: demo.queues?.[SQUAD_QUEUE] as never },
});
