import { ARENA_MAP } from '../../demos/arena/shared/arena-map.ts';
import type { ArenaState } from '../../demos/arena/shared/arena-state.ts';
import {
  type BotBrain,
  type BotEnemy,
  createBotBrain,
} from '../../demos/arena/shared/bot-brain.ts';
import { Navigator } from '../../demos/arena/shared/navigator.ts';
import type { BotHands, Mind, Scenario } from './scenario.ts';
import { Wanderer } from './wander.ts';

/** Remembers ways through the map; shared by all bots of a process. */
let sharedNavigator: Navigator | null = null;

/** The arena, played by the brain of its own bots. A bot that does not decode wanders and shoots at random. */
export const arena: Scenario = {
  name: 'arena',
  needsState: false,
  stepRateHz: 'room',
  // The players are bots already; the room need not add its own.
  joinOptions: () => ({ bots: 0 }),
  createMind: (seed) => new ArenaFighter(seed),
};

class ArenaFighter implements Mind {
  readonly #brain: BotBrain;
  readonly #blind: Wanderer;

  constructor(seed: number) {
    sharedNavigator ??= new Navigator(ARENA_MAP);
    this.#brain = createBotBrain({ seed, navigator: sharedNavigator });
    this.#blind = new Wanderer(seed);
  }

  step(hands: BotHands): void {
    const state = hands.state as ArenaState | null;
    if (state === null) {
      this.#blind.step(hands);
      return;
    }
    const self = state.fighters.get(hands.sessionId);
    if (self === undefined) return;
    const enemies: BotEnemy[] = [];
    for (const [id, fighter] of state.fighters) {
      if (id === hands.sessionId) continue;
      const { x, y, stance, effects } = fighter;
      enemies.push({ id, x, y, stance, effects });
    }
    const pickups = [...state.pickups].map(({ kind, x, y, returnsAtMs }) => ({
      kind,
      x,
      y,
      isThere: returnsAtMs === 0,
    }));
    hands.sendInput({ ...this.#brain.decide({ self, enemies, pickups }) });
  }
}
