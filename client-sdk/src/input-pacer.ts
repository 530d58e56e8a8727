/** How much faster or slower than real time inputs are made at most: nobody feels it, and the room's budget allows for it. */
const MOST_DILATION = 0.02;
/** Part of the error that is mended in a second: the room tells it again then, a second old. */
const MENDED_PER_SECOND = 0.4;
/** What the room has told holds for so long; while there is something to mend it tells it each second. */
const ADVICE_HOLDS_MS = 1_500;
/** After a hitch the rest is left out, as in Colyseus' own `Predict.tick`. */
const MOST_STEPS_AT_ONCE = 5;

/**
 * Counts the fixed steps that have passed on the client, and so the inputs that are due. Its clock runs up to 2 % fast while inputs
 * come too late for the room's steps, and up to 2 % slow while they wait there for nothing.
 */
export class InputPacer {
  readonly #stepMs: number;
  #lastMs: number | null = null;
  #sinceStepMs = 0;
  #errorSteps = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** @param rateHz - fixed steps a second of the room */
  constructor(rateHz: number) {
    this.#stepMs = 1_000 / rateHz;
  }

  /** @param errorSteps - steps that our inputs come too late (positive) or too early, as the room sees it */
  told(errorSteps: number, nowMs: number): void {
    if (!Number.isFinite(errorSteps)) return;
    this.#errorSteps = errorSteps;
    this.#toldAtMs = nowMs;
  }

  /** Speed of the clock at `nowMs`, 0.98 to 1.02. */
  rateAt(nowMs: number): number {
    if (nowMs - this.#toldAtMs > ADVICE_HOLDS_MS) return 1;
    const wanted = (this.#errorSteps * this.#stepMs * MENDED_PER_SECOND) / 1_000;
    return 1 + Math.max(-MOST_DILATION, Math.min(MOST_DILATION, wanted));
  }

  /**
   * The inputs that are due, one for each step. Call once per frame.
   *
   * @param nowMs - the frame's timestamp
   */
  due(nowMs: number): number {
    const elapsedMs = this.#lastMs === null ? 0 : Math.max(0, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#sinceStepMs += elapsedMs * this.rateAt(nowMs);
    const steps = Math.floor(this.#sinceStepMs / this.#stepMs);
    if (steps > MOST_STEPS_AT_ONCE) {
      this.#sinceStepMs = 0;
      return MOST_STEPS_AT_ONCE;
    }
    this.#sinceStepMs -= steps * this.#stepMs;
    return steps;
  }
}
