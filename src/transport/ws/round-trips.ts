/** What a connection's round trips say about it, ms. */
export interface RoundTripFigures {
  /** Median of the last five: a step shows after three round trips, one slow answer does not. */
  readonly p50Ms: number;
  /** Fastest of the last 30 s: the way itself, without queues. */
  readonly minMs: number;
}

const MEDIAN_OF = 5;
const MINIMUM_OVER_MS = 30_000;
/** One a second for as long as the minimum looks back, and room for the jitter of a timer. */
const KEPT = 32;

/** Remembers the round trips of one connection. */
export class RoundTrips {
  readonly #rttMs = new Float32Array(KEPT);
  readonly #atMs = new Float64Array(KEPT);
  /** How many there have ever been; the newest is the one before `#count % KEPT`. */
  #count = 0;
  #figures: RoundTripFigures | null = null;

  /** Null before the first round trip. The same object until the next. */
  get figures(): RoundTripFigures | null {
    return this.#figures;
  }

  /** @param nowMs - monotonic */
  add(rttMs: number, nowMs: number): void {
    const index = this.#count % KEPT;
    this.#rttMs[index] = rttMs;
    this.#atMs[index] = nowMs;
    this.#count += 1;
    this.#figures = { p50Ms: this.#median(), minMs: this.#minimum(nowMs) };
  }

  #median(): number {
    const taken = Math.min(MEDIAN_OF, this.#count);
    const newest: number[] = [];
    for (let age = 1; age <= taken; age++) newest.push(this.#rttOf(age));
    newest.sort((a, b) => a - b);
    // Of an even number the slower one: nobody shall seem faster than he is.
    return newest[taken >> 1] as number;
  }

  #minimum(nowMs: number): number {
    let minMs = this.#rttOf(1);
    for (let age = 2; age <= Math.min(KEPT, this.#count); age++) {
      const atMs = this.#atMs[(this.#count - age) % KEPT] as number;
      if (nowMs - atMs > MINIMUM_OVER_MS) break;
      minMs = Math.min(minMs, this.#rttOf(age));
    }
    return minMs;
  }

  /** @param age - 1: the newest */
  #rttOf(age: number): number {
    return this.#rttMs[(this.#count - age) % KEPT] as number;
  }
}
