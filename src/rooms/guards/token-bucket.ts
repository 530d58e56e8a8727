/** Rounding must not refuse the last of a burst. */
const ROUNDING_MS = 1e-6;

/**
 * A rate with a burst: `take` succeeds `perSecond` times a second in the long run.
 *
 * Kept as one number, the moment at which the bucket is full again (the generic cell rate algorithm, ITU-T I.371): a pair of
 * numbers is twice the memory to fetch, for every frame of every client.
 *
 * Time is handed in (monotonic ms), so that one clock reading serves every bucket a frame passes.
 */
export class TokenBucket {
  readonly #everyMs: number;
  readonly #mostOwedMs: number;
  #fullAtMs: number;

  /** @param burst - how many may be taken at once; one second's worth when it is not given */
  constructor(perSecond: number, nowMs: number, burst?: number) {
    this.#everyMs = 1_000 / perSecond;
    // Not (perSecond - 1) × everyMs: the rate may be infinite.
    const burstMs = burst === undefined ? 1_000 : burst * this.#everyMs;
    this.#mostOwedMs = burstMs - this.#everyMs + ROUNDING_MS;
    this.#fullAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const fullAtMs = Math.max(this.#fullAtMs, nowMs);
    if (fullAtMs - nowMs > this.#mostOwedMs) return false;
    this.#fullAtMs = fullAtMs + this.#everyMs;
    return true;
  }
}
