import { fileURLToPath } from 'node:url';
import { defineGame } from 'meridian';
import { ArenaRoom } from './arena/server/arena-room.ts';
import { CrowdRoom } from './arena/server/crowd/crowd-room.ts';
import { squadQueue } from './arena/server/squad-queue.ts';
import { duelQueue } from './duel/server/duel-queue.ts';
import { DuelRoom } from './duel/server/duel-room.ts';

/** The two demos and their web pages, which `vite build --config demos/vite.config.ts` makes. */
export const game = defineGame({
  rooms: {
    // Who asked for other rules, or for an arena without bots, plays with those who asked for the same.
    arena: { room: ArenaRoom, filterBy: ['bots', 'killsToWin', 'matchMs'] },
    // The arena for a thousand.
    battle: { room: CrowdRoom, filterBy: ['fighters'] },
    // Somebody who wants the bot must not be seated at a stranger's table, nor the other way round.
    duel: { room: DuelRoom, filterBy: ['opponent'] },
  },
  queues: { duel: duelQueue, squads: squadQueue },
  webRoot: fileURLToPath(new URL('web/dist', import.meta.url)),
});
