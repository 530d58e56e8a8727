/** Gain of RFC 3550 §6.4.1. */
const GAIN = 1 / 16;
/** A pause longer than this is a sleep or an outage, not jitter, in ms. */
const STALL_MS = 1_000;

/** Mean deviation of a delay, smoothed as RFC 3550 does for interarrival jitter. */
export class SmoothedJitter {
  #valueMs = 0;
  #count = 0;
  #last: { readonly arrivedAtMs: number; readonly sentAtMs: number } | null = null;

  get valueMs(): number {
    return this.#valueMs;
  }

  get hasSamples(): boolean {
    return this.#count > 0;
  }

  /** @param differenceMs - between two delays in a row */
  add(differenceMs: number): void {
    this.#count += 1;
    this.#valueMs += (Math.abs(differenceMs) - this.#valueMs) * GAIN;
  }

  /** Two clocks that need not agree: only differences within each are used. */
  addArrival(arrivedAtMs: number, sentAtMs: number): void {
    const last = this.#last;
    if (last !== null && sentAtMs === last.sentAtMs) return;
    this.#last = { arrivedAtMs, sentAtMs };
    if (last === null || arrivedAtMs - last.arrivedAtMs > STALL_MS) return;
    this.add(arrivedAtMs - last.arrivedAtMs - (sentAtMs - last.sentAtMs));
  }
}
