import { TICK_MS } from '../rooms/game.ts';
import { type CrowdBody, SIGHT_M } from './crowd.ts';

// How old is what clients have of those they see. Every body turns in each tick, so that whoever has the angle of before has got
// nothing; and what they have must be, as a whole, what the body was in some tick not long ago.

/** What is nearer is near, m. */
const NEAR_M = SIGHT_M / 2;
/** Ticks that are remembered: more than anything may be old. */
const MEMORY_TICKS = 64;

/** Percentiles of what was counted, in ms; not a number where there was nothing. */
export interface AgeReport {
  readonly nearP95Ms: number;
  readonly farP95Ms: number;
  readonly worstMs: number;
}

/** What each body was in the last ticks. */
export class CrowdPast {
  readonly #ticks: Map<string, CrowdBody>[] = [];

  keep(bodies: ReadonlyMap<string, CrowdBody>): void {
    const tick = new Map<string, CrowdBody>();
    for (const [key, { x, y, angle }] of bodies) tick.set(key, { x, y, angle });
    this.#ticks.push(tick);
    if (this.#ticks.length > MEMORY_TICKS) this.#ticks.shift();
  }

  /** Whether it was ever like that. */
  knows(key: string, { x, y, angle }: CrowdBody): boolean {
    return this.#ticks.some((tick) => {
      const then = tick.get(key);
      return then?.x === x && then.y === y && then.angle === angle;
    });
  }
}

/** What there is, and what a client has of it. */
export interface Outlook {
  /** From where he looks. */
  readonly eye: CrowdBody;
  readonly bodies: ReadonlyMap<string, CrowdBody>;
  readonly seen: ReadonlyMap<string, CrowdBody>;
}

/** Counts the ages of all that one client sees. */
export class AgeMeter {
  readonly #heard = new Map<string, { angle: number; tick: number }>();

  observe(tick: number, { eye, bodies, seen }: Outlook, ages: AgeCount): void {
    for (const key of this.#heard.keys()) if (!seen.has(key)) this.#heard.delete(key);
    for (const [key, { angle }] of seen) {
      let heard = this.#heard.get(key);
      if (heard === undefined) {
        heard = { angle, tick };
        this.#heard.set(key, heard);
      } else if (heard.angle !== angle) {
        heard.angle = angle;
        heard.tick = tick;
      }
      const body = bodies.get(key);
      if (body === undefined) continue;
      ages.add(tick - heard.tick, Math.hypot(body.x - eye.x, body.y - eye.y) <= NEAR_M);
    }
  }
}

/** By age in ticks. */
export class AgeCount {
  readonly #near: number[] = [];
  readonly #far: number[] = [];

  add(ticks: number, isNear: boolean): void {
    const counts = isNear ? this.#near : this.#far;
    counts[ticks] = (counts[ticks] ?? 0) + 1;
  }

  clear(): void {
    this.#near.length = 0;
    this.#far.length = 0;
  }

  report(): AgeReport {
    return {
      nearP95Ms: percentileOf(this.#near, 0.95) * TICK_MS,
      farP95Ms: percentileOf(this.#far, 0.95) * TICK_MS,
      worstMs: (Math.max(this.#near.length, this.#far.length) - 1) * TICK_MS,
    };
  }
}

/** @param counts - by value */
function percentileOf(counts: readonly number[], share: number): number {
  let total = 0;
  for (const count of counts) total += count ?? 0;
  let below = 0;
  for (const [value, count] of counts.entries()) {
    below += count ?? 0;
    if (below >= share * total && total > 0) return value;
  }
  return Number.NaN;
}
