// A shooting range in the arena: everybody's place is known, and nobody dies. For tests that measure shots and steps.

import { type Client, defineGame } from 'meridian';
import { type ArenaOptions, ArenaRoom } from '../../demos/arena/server/arena-room.ts';
import type { SeenAt } from '../../demos/arena/server/combat.ts';
import { FULL_HEALTH } from '../../demos/arena/shared/rules.ts';

export interface RangeOptions extends ArenaOptions {
  /** Where players stand when they come in, in this order. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
  /** False: shots are judged against what is there, not against what the shooter saw. */
  readonly rewinds: boolean;
}

/** More often than a shooter hits. */
const HEAL_EVERY_MS = 100;

class RangeRoom extends ArenaRoom {
  #options!: RangeOptions;

  override onCreate(options: RangeOptions): void {
    super.onCreate({ ...options, bots: 0 });
    this.#options = options;
    this.clock.setInterval(() => {
      for (const fighter of this.state.fighters.values()) fighter.health = FULL_HEALTH;
    }, HEAL_EVERY_MS);
  }

  override onJoin(client: Client): void {
    const place = this.#options.places[this.state.fighters.size];
    super.onJoin(client);
    const fighter = this.state.fighters.get(client.sessionId);
    if (place !== undefined && fighter !== undefined) Object.assign(fighter, place);
  }

  protected override whatWasSeenBy(sessionId: string): SeenAt {
    return this.#options.rewinds ? super.whatWasSeenBy(sessionId) : (fighter) => fighter;
  }
}

export const game = defineGame({ rooms: { range: { room: RangeRoom, filterBy: ['rewinds'] } } });
