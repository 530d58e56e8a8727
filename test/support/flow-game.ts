// The game of the flow tests: a crowd that moves all the time, and hits that must be heard of at once.

import { type Client, defineGame, Room } from 'meridian';
import { MeridianClient } from '../../src/transport/ws/meridian-client.ts';
import { CrowdState, Mover } from './flow-state.ts';

const MOVERS = 60;
const HIT_EVERY_STEPS = 5;

/** What the server knows of a client's link. */
export interface LinkSeen {
  readonly level: number;
  /** Bytes given to its connection so far. */
  readonly handedBytes: number;
}

class CrowdRoom extends Room {
  static override allowAnonymous = true;
  override state = new CrowdState();

  override messages = {
    look: (client: Client, sessionId: string) => {
      const other = this.clients.getById(sessionId);
      const seen: LinkSeen | null =
        other instanceof MeridianClient
          ? { level: other.qualityLevel, handedBytes: other.acks.handedBytes }
          : null;
      client.send('seen', seen);
    },
    stop: () => {
      this.state.isMoving = false;
    },
    go: () => {
      this.state.isMoving = true;
    },
  };

  override onCreate(): void {
    for (let i = 0; i < MOVERS; i++) this.state.movers.set(`${i}`, new Mover());
    this.setFixedTimestep(() => this.#step(), 20);
  }

  #step(): void {
    const { state } = this;
    if (!state.isMoving) return;
    state.ticks++;
    for (const [key, mover] of state.movers) {
      mover.x = (state.ticks * 7 + Number(key) * 31) % 1_000;
      mover.y = (state.ticks * 3 + Number(key) * 17) % 1_000;
    }
    // Somebody goes, somebody comes: what is missed of that cannot be made up for by newer places.
    if (state.ticks % 20 === 0) {
      const [oldest] = state.movers.keys();
      if (oldest !== undefined) state.movers.delete(oldest);
      state.movers.set(`${MOVERS + state.ticks}`, new Mover());
    }
    if (state.ticks % HIT_EVERY_STEPS === 0) this.broadcast('hit', Date.now());
  }
}

export const game = defineGame({ rooms: { crowd: { room: CrowdRoom } } });
