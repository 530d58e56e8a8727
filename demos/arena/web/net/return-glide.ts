import type { Pose } from '../render/pose.ts';

/** So long after a return fighters are led to where they are, ms. */
const GLIDE_MS = 400;
/** How far behind they are led at first, ms; it melts to nothing. */
const FIRST_LAG_MS = 90;

/**
 * Makes an outage look like a hiccup: what the player sees afterwards grows out of what he saw last, instead of jumping there.
 *
 *   link is down ─▶ drawn where they were ─▶ link is back ─▶ led to where they are ─▶ drawn where they are
 */
export class ReturnGlide {
  readonly #farthest: number;
  #backAtMs = Number.NEGATIVE_INFINITY;
  #nowMs = 0;
  #elapsedMs = 0;

  /** @param farthest - farther away than this is a respawn: nobody is led there, in units */
  constructor(farthest: number) {
    this.#farthest = farthest;
  }

  /** Call once per frame. */
  frame(nowMs: number, isDown: boolean): void {
    this.#elapsedMs = Math.max(0, nowMs - this.#nowMs);
    this.#nowMs = nowMs;
    if (isDown) this.#backAtMs = nowMs;
  }

  /**
   * Where to draw a fighter in this frame.
   *
   * @param last - where it was drawn in the last one
   * @param real - where it is
   */
  drawn(last: Pose | undefined, real: Pose): Pose {
    const progress = (this.#nowMs - this.#backAtMs) / GLIDE_MS;
    if (last === undefined || progress >= 1) return real;
    const [dx, dy] = [real.x - last.x, real.y - last.y];
    if (Math.hypot(dx, dy) > this.#farthest) return real;
    const part = 1 - Math.exp(-this.#elapsedMs / (FIRST_LAG_MS * (1 - progress)));
    return { x: last.x + dx * part, y: last.y + dy * part, aim: real.aim };
  }
}
