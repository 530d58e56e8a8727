import { TICK_MS } from '../rooms/game.ts';

// A thousand bodies in one world, the same for whoever encodes them: they walk in straight lines, keep to their places, and
// turn a little all the time.

/** How the bodies are spread: evenly, around three places, or all within one radius. */
export const SPREADS = ['uniform', 'hot-spots', 'one-cell'] as const;
export type Spread = (typeof SPREADS)[number];

/** Distance up to which a player sees others, m. */
export const SIGHT_M = 100;
/** Of a walking body, m/s. */
const SPEED_M_S = 6;
/** Bodies around a hot spot are this far from it, at most, m. */
const SPOT_M = 250;
const TICK_S = TICK_MS / 1_000;

export interface CrowdBody {
  x: number;
  y: number;
  angle: number;
}

interface Walker {
  readonly minX: number;
  readonly minY: number;
  readonly sizeM: number;
  vx: number;
  vy: number;
}

/** Where bodies are, and where to. Deterministic: the same seed is the same crowd. */
export class Crowd {
  readonly #walkers: Walker[] = [];
  readonly #worldM: number;
  readonly #spread: Spread;
  readonly #dice: { roll(): number };

  /** @param worldM - side of the world, m */
  constructor(spread: Spread, worldM: number, dice: { roll(): number }) {
    this.#spread = spread;
    this.#worldM = worldM;
    this.#dice = dice;
  }

  get size(): number {
    return this.#walkers.length;
  }

  /** Puts one more body into the world. */
  add(body: CrowdBody): void {
    const area = this.#area(this.#walkers.length);
    const heading = this.#dice.roll() * 2 * Math.PI;
    body.x = area.minX + this.#dice.roll() * area.sizeM;
    body.y = area.minY + this.#dice.roll() * area.sizeM;
    body.angle = heading;
    const [vx, vy] = [Math.cos(heading) * SPEED_M_S, Math.sin(heading) * SPEED_M_S];
    this.#walkers.push({ ...area, vx, vy });
  }

  /** One step of the n-th body. */
  step(index: number, body: CrowdBody): void {
    const walker = this.#walkers[index] as Walker;
    const x = body.x + walker.vx * TICK_S;
    const y = body.y + walker.vy * TICK_S;
    if (x < walker.minX || x > walker.minX + walker.sizeM) walker.vx = -walker.vx;
    else body.x = x;
    if (y < walker.minY || y > walker.minY + walker.sizeM) walker.vy = -walker.vy;
    else body.y = y;
    body.angle = (body.angle + 0.1) % 6.28;
  }

  #area(index: number): { minX: number; minY: number; sizeM: number } {
    const world = this.#worldM;
    switch (this.#spread) {
      case 'uniform':
        return { minX: 0, minY: 0, sizeM: world };
      case 'hot-spots': {
        const [column, row] = [
          [0.2, 0.2],
          [0.8, 0.3],
          [0.5, 0.8],
        ][index % 3] as [number, number];
        const sizeM = Math.min(2 * SPOT_M, 0.4 * world);
        return { minX: column * world - sizeM / 2, minY: row * world - sizeM / 2, sizeM };
      }
      case 'one-cell':
        return { minX: 10, minY: 10, sizeM: SIGHT_M / 3 };
    }
  }
}
