// The smallest game: what the README shows, and what tests start when the game does not matter.

import { schema, t } from '@colyseus/schema';
import { type Client, defineGame, Room } from 'meridian';

const CounterState = schema({ count: t.uint32().default(0) }, 'CounterState');

class CounterRoom extends Room {
  override state = new CounterState();
  override messages = {
    add: (_client: Client) => {
      this.state.count++;
    },
  };
}

export const game = defineGame({ rooms: { counter: CounterRoom } });
