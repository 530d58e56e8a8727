// A queue of two whose room takes inputs, and one whose onJoin refuses: for tests of what traces tell.

import { schema, t } from '@colyseus/schema';
import { actionRules, defineGame, GameError, Room } from 'meridian';

const Push = schema({ dx: t.int8() }, 'Push');
const PushState = schema({ pushed: t.number().default(0) }, 'PushState');

class PushRoom extends Room {
  override state = new PushState();
  readonly #inputs = this.defineInput(Push);

  override onCreate(): void {
    this.setFixedTimestep(() => {
      for (const { sessionId } of this.clients) {
        const input = this.#inputs.get(sessionId).next();
        if (input !== undefined) this.state.pushed += input.dx;
      }
    }, 20);
  }
}

class ClosedRoom extends Room {
  override onJoin(): void {
    throw new GameError('FORBIDDEN');
  }
}

export const game = defineGame({
  rooms: { push: PushRoom, closed: ClosedRoom },
  queues: { duel: { room: 'push', rules: actionRules({ count: 2, playersPerTeam: 1 }) } },
});
