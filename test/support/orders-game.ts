// Rooms that keep a journal, and queues: what an order to a whole region stops, and what it leaves alone.

import { defineGame } from 'meridian';
import { game as matches } from './match-game.ts';
import { game as survival } from './survival-game.ts';

export const game = defineGame({
  rooms: { ...survival.rooms, ...matches.rooms },
  queues: matches.queues ?? {},
});
