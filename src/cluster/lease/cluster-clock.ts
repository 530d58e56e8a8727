/** One question for Redis' time, in ms: sent and received by our monotonic clock, answered by Redis'. */
export interface TimeSample {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly serverMs: number;
}

interface Estimate {
  readonly offsetMs: number;
  /** How far it can be off: half of the round trip. */
  readonly errorMs: number;
}

/** Samples among which the quickest counts. */
const WINDOW = 10;
/** What clocks may drift apart within the window. */
const DRIFT_MS = 1;

/**
 * How far Redis' clock is ahead of our monotonic one, as NTP estimates it: the answer was given somewhere within the round
 * trip, so the quickest of the last round trips knows best (RFC 5905, §10, clock filter).
 */
export class ClusterClock {
  #samples: Estimate[] = [];

  /** @returns the offset, ms: monotonic + offset = Redis' time */
  add({ sentAtMs, receivedAtMs, serverMs }: TimeSample): number {
    const latest: Estimate = {
      offsetMs: serverMs - (sentAtMs + receivedAtMs) / 2,
      errorMs: (receivedAtMs - sentAtMs) / 2,
    };
    // No round trip explains the difference: Redis' clock was set, or another Redis answers. What was known is of no use.
    const isFromAnotherClock = this.#samples.some(
      ({ offsetMs, errorMs }) =>
        Math.abs(latest.offsetMs - offsetMs) > latest.errorMs + errorMs + DRIFT_MS,
    );
    this.#samples = isFromAnotherClock ? [latest] : [...this.#samples, latest].slice(-WINDOW);
    return this.#samples.reduce((best, sample) => (sample.errorMs < best.errorMs ? sample : best))
      .offsetMs;
  }
}
