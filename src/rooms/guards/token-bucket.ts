/**
 * A rate with a burst of one second's worth: `take` succeeds `perSecond` times a second in the long run.
 *
 * Time is handed in (monotonic ms), so that one clock reading serves every bucket a frame passes.
 */
export class TokenBucket {
  readonly #perSecond: number;
  #tokens: number;
  #refilledAtMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#refilledAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#refilledAtMs) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained);
    this.#refilledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
