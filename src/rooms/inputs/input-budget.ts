import { TokenBucket } from '../guards/token-bucket.ts';

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
  readonly #bucket: TokenBucket;

  /**
   * @param tickRateHz - fixed steps per second
   * @param nowMs - the room's monotonic clock
   */
  constructor(tickRateHz: number, nowMs: number) {
    const burst = Math.max(LEAST_BURST, tickRateHz * BURST_SECONDS);
    this.#bucket = new TokenBucket(tickRateHz * RATE_TOLERANCE, nowMs, burst);
  }

  /** @returns whether one more input may be applied at `nowMs` */
  take(nowMs: number): boolean {
    return this.#bucket.take(nowMs);
  }
}
