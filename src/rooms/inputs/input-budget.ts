import { Rate, TokenBucket } from '../guards/token-bucket.ts';

/** Inputs a client may be late with, in seconds of play: a link that stalls this long loses nothing. */
const BURST_SECONDS = 0.5;
const LEAST_BURST = 8;
/** Client clocks run up to 2 % fast on purpose (time dilation, research: netcode §3) and 1 % by nature. */
const RATE_TOLERANCE = 1.03;

/** Inputs that may be applied in a room of `tickRateHz` fixed steps per second. */
export function inputRate(tickRateHz: number): Rate {
  return new Rate(tickRateHz * RATE_TOLERANCE, Math.max(LEAST_BURST, tickRateHz * BURST_SECONDS));
}

/**
 * How many inputs a client may still have applied: one per fixed step of time that passed, plus a burst.
 *
 * Without it a client that sends ten inputs per step moves ten times as fast: Colyseus applies whatever arrives.
 */
export class InputBudget extends TokenBucket {
  /**
   * @param rate - of `inputRate`, or fixed steps per second
   * @param nowMs - the room's monotonic clock
   */
  constructor(rate: Rate | number, nowMs: number) {
    super(typeof rate === 'number' ? inputRate(rate) : rate, nowMs);
  }
}
