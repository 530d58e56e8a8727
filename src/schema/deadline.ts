import { t } from '@colyseus/schema';

/**
 * A moment of the room's own clock (`room.clock.elapsedTime`), in ms since the room was made; 0 when nothing is due.
 *
 * Timers are kept as deadlines in the state, never as time left: a client draws the countdown by itself, nothing is sent
 * while it runs, and a room that comes back on another node goes on with the same moment.
 */
export function deadline() {
  return t.uint32();
}
