// Two against two, and a room that answers at once: what is measured is the way, not a game.

import { actionRules, defineGame, type PlayerClient, Room } from 'meridian';
import { RARE_QUEUES } from './rare-queues.ts';

class EchoRoom extends Room {
  override maxClients = 4;
  override messages = {
    act: (client: PlayerClient, at: number) => client.send('acted', at),
  };
}

const echo = { room: 'echo', rules: actionRules({ count: 2, playersPerTeam: 2 }) };

export const game = defineGame({
  rooms: { echo: EchoRoom },
  queues: { echo, ...Object.fromEntries(RARE_QUEUES.map((queue) => [queue, echo])) },
});
