/** Rounding must not refuse the last of a burst. */
const ROUNDING_MS = 1e-6;

/** How often something may be taken. Buckets of one rate share it: what all read stays in the cache. */
export class Rate {
  readonly perSecond: number;
  readonly everyMs: number;
  readonly mostOwedMs: number;

  /** @param burst - how many may be taken at once; one second's worth when it is not given */
  constructor(perSecond: number, burst?: number) {
    this.perSecond = perSecond;
    this.everyMs = 1_000 / perSecond;
    // Not (perSecond - 1) × everyMs: the rate may be infinite.
    const burstMs = burst === undefined ? 1_000 : burst * this.everyMs;
    this.mostOwedMs = burstMs - this.everyMs + ROUNDING_MS;
  }
}

/**
 * A rate with a burst: `take` succeeds `perSecond` times a second in the long run.
 *
 * Kept as one number, the moment at which the bucket is full again (the generic cell rate algorithm, ITU-T I.371): a pair of
 * numbers is twice the memory to fetch, for every frame of every client, and at a thousand clients no cache holds it.
 *
 * Time is handed in (monotonic ms), so that one clock reading serves every bucket a frame passes.
 */
export class TokenBucket {
  readonly #rate: Rate;
  #fullAtMs: number;

  /** @param rate - or takes per second */
  constructor(rate: Rate | number, nowMs: number) {
    this.#rate = typeof rate === 'number' ? new Rate(rate) : rate;
    this.#fullAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const fullAtMs = Math.max(this.#fullAtMs, nowMs);
    if (fullAtMs - nowMs > this.#rate.mostOwedMs) return false;
    this.#fullAtMs = fullAtMs + this.#rate.everyMs;
    return true;
  }
}
