import type { ArenaMap } from '../shared/arena-map.ts';
import type { ArenaState, Fighter } from '../shared/arena-state.ts';
import {
  type BotBrain,
  type BotEnemy,
  type BotIntent,
  createBotBrain,
} from '../shared/bot-brain.ts';
import { Navigator } from '../shared/navigator.ts';
import type { Random } from '../shared/random.ts';
import type { Roster } from './roster.ts';

const BOT_NAMES = [
  'Vega',
  'Rigel',
  'Altair',
  'Deneb',
  'Mira',
  'Spica',
  'Atlas',
  'Nova',
  'Castor',
  'Lyra',
  'Orion',
  'Electra',
  'Sirius',
  'Carina',
  'Pollux',
  'Cygnus',
] as const;

/** Bots are known by this and a number. */
export const BOT_ID = 'bot:';

/** Fills the arena with bots up to a number of fighters, and makes room again for people. */
export class BotCrew {
  readonly #state: ArenaState;
  readonly #roster: Roster;
  readonly #map: ArenaMap;
  readonly #navigator: Navigator;
  readonly #random: Random;
  readonly #brains = new Map<string, BotBrain>();
  #hired = 0;

  constructor(deps: { state: ArenaState; roster: Roster; map: ArenaMap; random: Random }) {
    this.#state = deps.state;
    this.#roster = deps.roster;
    this.#map = deps.map;
    this.#random = deps.random;
    this.#navigator = new Navigator(deps.map);
  }

  /** Hires or dismisses so that people and bots together are `fillTo`; with that many people there is no bot. */
  fillUpTo(fillTo: number, nowMs: number): void {
    const people = this.#state.fighters.size - this.#brains.size;
    const wanted = Math.max(0, fillTo - people);
    while (this.#brains.size < wanted) this.#hire(nowMs);
    while (this.#brains.size > wanted) this.#dismissWorst();
  }

  /** What each bot does in this step. */
  *decide(): Generator<{ id: string; intent: BotIntent }> {
    if (this.#brains.size === 0) return;
    const everybody: BotEnemy[] = [...this.#roster.all()].map(({ id, fighter }) => ({
      id,
      x: fighter.x,
      y: fighter.y,
      stance: fighter.stance,
      effects: fighter.effects,
    }));
    const pickups = [...this.#state.pickups].map(({ kind, x, y, returnsAtMs }) => ({
      kind,
      x,
      y,
      isThere: returnsAtMs === 0,
    }));
    for (const [id, brain] of this.#brains) {
      const self = this.#state.fighters.get(id);
      if (self === undefined) continue;
      const enemies = everybody.filter((other) => other.id !== id);
      yield { id, intent: brain.decide({ self, enemies, pickups }) };
    }
  }

  /** Gives the bots of a state that came back new brains: what they were up to is not worth keeping. */
  restore(): void {
    this.#brains.clear();
    for (const [id, { isBot }] of this.#state.fighters) {
      if (!isBot) continue;
      this.#hired = Math.max(this.#hired, Number(id.slice(BOT_ID.length)));
      this.#giveBrain(id);
    }
  }

  #hire(nowMs: number): void {
    this.#hired += 1;
    const id = `${BOT_ID}${this.#hired}`;
    this.#giveBrain(id);
    this.#roster.add(id, { name: botName(this.#hired - 1), isBot: true }, nowMs);
  }

  #giveBrain(id: string): void {
    this.#brains.set(
      id,
      createBotBrain({
        seed: Math.floor(this.#random() * 2 ** 32),
        map: this.#map,
        navigator: this.#navigator,
      }),
    );
  }

  /** The bot with the fewest kills goes: a leader that vanishes would spoil the match. */
  #dismissWorst(): void {
    let worst: { id: string; fighter: Fighter } | null = null;
    for (const id of this.#brains.keys()) {
      const fighter = this.#state.fighters.get(id);
      if (fighter === undefined) continue;
      if (worst === null || fighter.kills < worst.fighter.kills) worst = { id, fighter };
    }
    if (worst === null) return;
    this.#brains.delete(worst.id);
    this.#roster.remove(worst.id);
  }
}

/** The names in turn; from the second round on with a number, so that no two bots in a crowd are called the same. */
export function botName(index: number): string {
  const name = BOT_NAMES[index % BOT_NAMES.length] ?? 'Bot';
  const round = Math.floor(index / BOT_NAMES.length) + 1;
  return round === 1 ? name : `${name} ${round}`;
}
