import type { BotEnemy } from '../../shared/bot-brain.ts';
import type { Participant } from '../roster.ts';

/** Side of a cell, in units. A look as far as a shot flies reads seven by seven of them. */
const CELL = 256;
const NOBODY = -1;

/** A fighter as it was when the grid was filled: read by hundreds of others, so it is copied out of the state once. */
export class Sighting implements BotEnemy {
  id = '';
  x = 0;
  y = 0;
  stance = 0;
  effects = 0;
  team = 0;
  participant: Participant | null = null;
}

/** Who stands where in this step: filled once, asked by every bot, shot and pickup. Lists are linked through arrays. */
export class CrowdGrid {
  readonly #columns: number;
  readonly #first: Int32Array;
  readonly #next: number[] = [];
  readonly #sightings: Sighting[] = [];
  #count = 0;

  /** @param mapSize - side of the map, in units */
  constructor(mapSize: number) {
    this.#columns = Math.ceil(mapSize / CELL);
    this.#first = new Int32Array(this.#columns ** 2).fill(NOBODY);
  }

  fill(everybody: Iterable<Participant>): void {
    this.#first.fill(NOBODY);
    this.#count = 0;
    for (const participant of everybody) {
      const { fighter } = participant;
      const sighting = this.#sightingAt(this.#count);
      sighting.participant = participant;
      sighting.id = participant.id;
      sighting.x = fighter.x;
      sighting.y = fighter.y;
      sighting.stance = fighter.stance;
      sighting.effects = fighter.effects;
      sighting.team = fighter.team;
      const cell = this.#at(sighting.y) * this.#columns + this.#at(sighting.x);
      this.#next[this.#count] = this.#first[cell] ?? NOBODY;
      this.#first[cell] = this.#count;
      this.#count += 1;
    }
  }

  /** In any order. */
  all(): readonly Sighting[] {
    return this.#sightings.slice(0, this.#count);
  }

  /** Anybody of an army, by chance; null when there is none to be found quickly. */
  anyOf(team: number, random: () => number): Sighting | null {
    for (let tries = 0; tries < 8; tries += 1) {
      const sighting = this.#sightings[Math.floor(random() * this.#count)];
      if (sighting?.team === team) return sighting;
    }
    return null;
  }

  /** Calls with everybody in the cells that a square touches: all within `reach`, and some more. */
  forEachNear(x: number, y: number, reach: number, call: (sighting: Sighting) => void): void {
    const lastRow = this.#at(y + reach);
    const lastColumn = this.#at(x + reach);
    for (let row = this.#at(y - reach); row <= lastRow; row += 1) {
      for (let column = this.#at(x - reach); column <= lastColumn; column += 1) {
        let index = this.#first[row * this.#columns + column] ?? NOBODY;
        for (; index !== NOBODY; index = this.#next[index] ?? NOBODY) {
          call(this.#sightings[index] as Sighting);
        }
      }
    }
  }

  #sightingAt(index: number): Sighting {
    let sighting = this.#sightings[index];
    if (sighting === undefined) {
      sighting = new Sighting();
      this.#sightings.push(sighting);
    }
    return sighting;
  }

  #at(value: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor(value / CELL)));
  }
}
