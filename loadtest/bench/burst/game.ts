// Two against two, in rooms with next to nothing in them: what is measured is the way from a ticket into a room.

import { schema, t } from '@colyseus/schema';
import { actionRules, defineGame, Room } from 'meridian';

const State = schema({ tick: t.uint32().default(0) }, 'BurstState');

class BurstRoom extends Room<{ state: InstanceType<typeof State> }> {
  override maxClients = 4;
  override state = new State();
}

export const game = defineGame({
  rooms: { burst: BurstRoom },
  queues: { burst: { room: 'burst', rules: actionRules({ count: 2, playersPerTeam: 2 }) } },
});
