// Two against two, in rooms that nobody enters: what is measured is the way from a ticket to a reserved seat.

import { actionRules, defineGame, Room } from 'meridian';

/** How long a room waits for players who do not come, s: an idle room is not what is measured. */
const SEATS_HELD_S = 2;

class BurstRoom extends Room {
  override maxClients = 4;
  override seatReservationTimeout = SEATS_HELD_S;
}

export const game = defineGame({
  rooms: { burst: BurstRoom },
  queues: { burst: { room: 'burst', rules: actionRules({ count: 2, playersPerTeam: 2 }) } },
});
