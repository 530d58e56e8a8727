import type { ArenaMap } from '../../shared/arena-map.ts';
import {
  type BotBrain,
  type BotIntent,
  type BotPickup,
  type BotView,
  createBotBrain,
  type Place,
} from '../../shared/bot-brain.ts';
import { ARMY } from '../../shared/crowd/crowd-rules.ts';
import { Navigator } from '../../shared/navigator.ts';
import type { Random } from '../../shared/random.ts';
import { PICKUP_KIND, SHOT_RANGE } from '../../shared/rules.ts';
import { BOT_ID, botName } from '../bot-crew.ts';
import type { Participant, Roster } from '../roster.ts';
import type { CrowdGrid, Sighting } from './crowd-grid.ts';

/** A bot makes up its mind in every second step, half of them in each; in between it does what it did. */
const DECIDES_EVERY_STEPS = 2;
/** A bot goes to the nearest of so many enemies that it hears of. */
const HEARD = 12;
const NO_PICKUPS: readonly BotPickup[] = [];

interface Bot {
  readonly participant: Participant;
  readonly brain: BotBrain;
  /** Makes bots take turns. */
  readonly turn: number;
  intent: BotIntent;
}

/** The bots of a battle: those of the arena, who look around in a grid and think at half the pace. */
export class CrowdBots {
  readonly #deps: {
    readonly roster: Roster;
    readonly grid: CrowdGrid;
    readonly map: ArenaMap;
    readonly random: Random;
    /** Where a bot may go; few, for the way to each is kept. */
    readonly goals: readonly Place[];
  };
  readonly #navigator: Navigator;
  readonly #repairs: readonly Place[];
  readonly #bots = new Map<string, Bot>();
  readonly #enemies: Sighting[] = [];
  #hired = 0;
  #step = 0;

  constructor(deps: {
    roster: Roster;
    grid: CrowdGrid;
    map: ArenaMap;
    random: Random;
    goals: readonly Place[];
  }) {
    this.#deps = deps;
    this.#navigator = new Navigator(deps.map);
    this.#repairs = deps.map.pickups.filter(({ kind }) => kind === PICKUP_KIND.health);
  }

  get count(): number {
    return this.#bots.size;
  }

  hire(team: number, nowMs: number): void {
    this.#hired += 1;
    const id = `${BOT_ID}${this.#hired}`;
    const name = botName(this.#hired - 1);
    const participant = this.#deps.roster.add(id, { name, isBot: true, team }, nowMs);
    const brain = createBotBrain({
      seed: Math.floor(this.#deps.random() * 2 ** 32),
      map: this.#deps.map,
      navigator: this.#navigator,
      chooseGoal: (view, needsHealth) => this.#chooseGoal(view, needsHealth, team),
    });
    const intent = { moveX: 0, moveY: 0, aim: 0, buttons: 0 };
    this.#bots.set(id, { participant, brain, intent, turn: this.#hired % DECIDES_EVERY_STEPS });
  }

  /** The bot of an army with the fewest kills goes. @returns false when the army has none */
  dismissWorst(team: number): boolean {
    let worst: Participant | null = null;
    for (const { participant } of this.#bots.values()) {
      if (participant.fighter.team !== team) continue;
      if (worst === null || participant.fighter.kills < worst.fighter.kills) worst = participant;
    }
    if (worst === null) return false;
    this.#bots.delete(worst.id);
    this.#deps.roster.remove(worst.id);
    return true;
  }

  /** What each bot does in this step. */
  decide(act: (participant: Participant, intent: BotIntent) => void): void {
    this.#step += 1;
    for (const bot of this.#bots.values()) {
      if ((this.#step + bot.turn) % DECIDES_EVERY_STEPS === 0) {
        bot.intent = bot.brain.decide(this.#viewOf(bot.participant));
      }
      act(bot.participant, bot.intent);
    }
  }

  #viewOf({ fighter }: Participant): BotView {
    const { team } = fighter;
    const enemies = this.#enemies;
    enemies.length = 0;
    this.#deps.grid.forEachNear(fighter.x, fighter.y, SHOT_RANGE, (other) => {
      if (other.team !== team) enemies.push(other);
    });
    return { self: fighter, enemies, pickups: NO_PICKUPS };
  }

  /** To the next repair, or where the enemy is. */
  #chooseGoal({ self }: BotView, needsHealth: boolean, team: number): Place {
    if (needsHealth) return nearest(self, this.#repairs) ?? self;
    const { grid, random, goals } = this.#deps;
    const enemies: Sighting[] = [];
    for (let tries = 0; tries < HEARD; tries += 1) {
      const heard = grid.anyOf(team === ARMY.west ? ARMY.east : ARMY.west, random);
      if (heard !== null) enemies.push(heard);
    }
    return nearest(nearest(self, enemies) ?? self, goals) ?? self;
  }
}

function nearest<T extends Place>(from: Place, places: readonly T[]): T | null {
  let best: T | null = null;
  let leastSquared = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const squared = (place.x - from.x) ** 2 + (place.y - from.y) ** 2;
    if (squared >= leastSquared) continue;
    best = place;
    leastSquared = squared;
  }
  return best;
}
