/** Inputs a client may be late with, in seconds of play: a link that stalls this long loses nothing. */
const BURST_SECONDS = 0.5;
const LEAST_BURST = 8;
/** Client clocks run up to 2 % fast on purpose (time dilation, research: netcode §3) and 1 % by nature. */
const RATE_TOLERANCE = 1.03;

/**
 * How many inputs a client may still have applied: one per fixed step of time that passed, plus a burst.
 *
 * Without it a client that sends ten inputs per step moves ten times as fast: Colyseus applies whatever arrives.
 */
export class InputBudget {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #refilledAtMs: number;

  /**
   * @param tickRateHz - fixed steps per second
   * @param nowMs - the room's monotonic clock
   */
  constructor(tickRateHz: number, nowMs: number) {
    this.#perMs = (tickRateHz * RATE_TOLERANCE) / 1_000;
    this.#burst = Math.max(LEAST_BURST, tickRateHz * BURST_SECONDS);
    this.#tokens = this.#burst;
    this.#refilledAtMs = nowMs;
  }

  /** @returns whether one more input may be applied at `nowMs` */
  take(nowMs: number): boolean {
    const gained = (nowMs - this.#refilledAtMs) * this.#perMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#refilledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
