import type { ArenaMap, SpawnSpot } from '../../shared/arena-map.ts';
import { ARMY, CROWD_SIZE } from '../../shared/crowd/crowd-rules.ts';
import type { Random } from '../../shared/random.ts';
import { STANCE } from '../../shared/rules.ts';
import type { CrowdGrid } from './crowd-grid.ts';

/** A spawn is the best of so many, so that nobody can wait at it. */
const CHOICES = 8;
/** Who is farther away than this does not count, in units: a shot's reach. */
const AROUND = 760;
/** One enemy nearby is as bad as so many more friends. */
const ENEMY_WEIGHT = 8;
/** Side of a district, in units. */
const DISTRICT = 2_048;
/** For a person, so much is one enemy worth that he sees soon and who does not see him yet. */
const EXCITEMENT = 3;
/** Fighters of one crossing stand up to so far from its middle, in units: the streets are wider. */
const SPREAD = 48;

/** Where fighters of a battle come into the world: fair to both armies, and away from the thick of it. */
export class Muster {
  readonly #map: ArenaMap;
  readonly #grid: CrowdGrid;
  readonly #random: Random;
  readonly #spawns: readonly SpawnSpot[];
  /** At the beginning of a battle the armies stand in districts of their own, as on a chessboard: fronts are everywhere. */
  isOpening = true;

  /** @param fighters - of the whole battle; a small one stays in the middle of the map */
  constructor(deps: { map: ArenaMap; grid: CrowdGrid; random: Random; fighters: number }) {
    this.#map = deps.map;
    this.#grid = deps.grid;
    this.#random = deps.random;
    this.#spawns = spawnsFor(deps.map, deps.fighters);
  }

  /** The spawns in use. */
  get spawns(): readonly SpawnSpot[] {
    return this.#spawns;
  }

  /** @param newcomer - a person wants to be where something happens; a bot finds it by itself */
  chooseSpot({ team, isBot }: { readonly team: number; readonly isBot: boolean }): SpawnSpot {
    let best: SpawnSpot = { x: this.#map.width / 2, y: this.#map.height / 2 };
    let leastDanger = Number.POSITIVE_INFINITY;
    for (let choice = 0; choice < CHOICES; choice += 1) {
      const spot = this.#anySpot();
      const danger = this.isOpening
        ? this.#strangeness(spot, team)
        : isBot
          ? this.#danger(spot, team)
          : this.#danger(spot, team) - EXCITEMENT * this.#enemiesAround(spot, team);
      if (danger >= leastDanger) continue;
      best = spot;
      leastDanger = danger;
    }
    return { x: this.#spread(best.x), y: this.#spread(best.y) };
  }

  #anySpot(): SpawnSpot {
    const spot = this.#spawns[Math.floor(this.#random() * this.#spawns.length)];
    return spot ?? { x: this.#map.width / 2, y: this.#map.height / 2 };
  }

  /** 0 in a district of the own army, 1 in another; between equals the first one is taken. */
  #strangeness({ x, y }: SpawnSpot, team: number): number {
    const middle = this.#map.width / 2;
    const column = Math.floor((x - middle) / DISTRICT);
    const row = Math.floor((y - middle) / DISTRICT);
    const isWest = (column + row) % 2 === 0;
    return isWest === (team === ARMY.west) ? 0 : 1;
  }

  #danger({ x, y }: SpawnSpot, team: number): number {
    let danger = 0;
    this.#grid.forEachNear(x, y, AROUND, (other) => {
      if (other.stance === STANCE.fighting) danger += other.team === team ? 1 : ENEMY_WEIGHT;
    });
    return danger;
  }

  #enemiesAround({ x, y }: SpawnSpot, team: number): number {
    let count = 0;
    this.#grid.forEachNear(x, y, 2 * AROUND, (other) => {
      if (other.stance === STANCE.fighting && other.team !== team) count += 1;
    });
    return count;
  }

  /** Whole units, so it is on every grid of positions. */
  #spread(value: number): number {
    return value + Math.round((this.#random() * 2 - 1) * SPREAD);
  }
}

/** The crossings around the middle, as many as keep a small battle as dense as a whole one. */
function spawnsFor(map: ArenaMap, fighters: number): readonly SpawnSpot[] {
  const part = Math.min(1, fighters / CROWD_SIZE);
  // They are sorted: those in the middle come first.
  return map.spawns.slice(0, Math.max(9, Math.round(map.spawns.length * part)));
}
