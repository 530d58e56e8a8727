import { mulberry32 } from '../../scenarios/random.ts';

// Where a mover is at any moment of the game's time: 300 px/s on a curve that turns at random. Server, players and judge each make the
// same one from its seed, so what a player has drawn can be compared with what was true, at whatever moment he drew.

/** Side of the world, px. */
export const WORLD_PX = 4_096;
/** Of movers and players, px/s. */
export const SPEED_PX_S = 300;

/** The curve is made of straight lines this long. */
const GRAIN_MS = 10;
/** Chance of a new turn per grain: one a second. */
const TURN_CHANCE = 0.01;
/** Sharpest turn, rad/s: a circle of 100 px. */
const SHARPEST_RAD_S = 3;
/** Beyond this from the middle of the world, movers turn back. */
const ROAM_PX = 1_400;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** One mover, who goes on and forgets where he was: the server's. */
export class MoverWalk {
  readonly #random: () => number;
  #heading: number;
  #turnRadS = 0;
  #gameMs = 0;
  x: number;
  y: number;

  constructor(seed: number, index: number) {
    this.#random = mulberry32(seed * 1_000 + index);
    this.#heading = this.#random() * 2 * Math.PI;
    this.x = WORLD_PX / 2 + (this.#random() - 0.5) * ROAM_PX;
    this.y = WORLD_PX / 2 + (this.#random() - 0.5) * ROAM_PX;
  }

  /** @param gameMs - time of the game's steps; what is before where he is does nothing */
  goOn(gameMs: number): void {
    for (; this.#gameMs < gameMs; this.#gameMs += GRAIN_MS) this.#goGrain();
  }

  #goGrain(): void {
    if (this.#random() < TURN_CHANCE) this.#turnRadS = (this.#random() - 0.5) * 2 * SHARPEST_RAD_S;
    const [toMiddleX, toMiddleY] = [WORLD_PX / 2 - this.x, WORLD_PX / 2 - this.y];
    if (Math.hypot(toMiddleX, toMiddleY) > ROAM_PX) {
      const side = Math.cos(this.#heading) * toMiddleY - Math.sin(this.#heading) * toMiddleX;
      this.#turnRadS = Math.sign(side) * SHARPEST_RAD_S;
    }
    this.#heading += (this.#turnRadS * GRAIN_MS) / 1_000;
    const stridePx = (SPEED_PX_S * GRAIN_MS) / 1_000;
    this.x += Math.cos(this.#heading) * stridePx;
    this.y += Math.sin(this.#heading) * stridePx;
  }
}

/** All of one mover's way, made as far as it is asked for: the judge's. */
export class MoverPath {
  readonly #walk: MoverWalk;
  readonly #xs: number[] = [];
  readonly #ys: number[] = [];

  constructor(seed: number, index: number) {
    this.#walk = new MoverWalk(seed, index);
  }

  /** @param gameMs - time of the game's steps, not before 0 */
  at(gameMs: number): Place {
    const grain = Math.floor(gameMs / GRAIN_MS);
    while (this.#xs.length < grain + 2) {
      this.#walk.goOn(this.#xs.length * GRAIN_MS);
      this.#xs.push(this.#walk.x);
      this.#ys.push(this.#walk.y);
    }
    const share = gameMs / GRAIN_MS - grain;
    return { x: between(this.#xs, grain, share), y: between(this.#ys, grain, share) };
  }
}

function between(values: readonly number[], at: number, share: number): number {
  const [from, to] = [values[at] as number, values[at + 1] as number];
  return from + (to - from) * share;
}
