// Whether a link's round trips are long because something stands in line on it, or because they vary by nature.
//
//   way itself ── fastest of the last 30 s
//   tolerance  ── 100 ms, or four times the usual deviation (RFC 6298 §2: RTO = SRTT + 4 · RTTVAR) where that is more
//
// The deviation is learned while nothing is wrong: a line that is standing would teach it to be normal (for the same reason GCC's
// threshold does not follow what is far above it, draft-ietf-rmcat-gcc-02 §5.4).

/** What others may have to wait behind a patch; what is promised for important messages (docs/spec/flow.md). */
const PROMISED_MS = 100;
const DEVIATIONS = 3;
const MOST_TOLERANCE_MS = 400;
const HALF_WINDOW_MS = 15_000;
/** Before anything was measured: an ordinary mobile link. */
const ASSUMED_WAY_MS = 150;

export class DelayWatch {
  #minMs = Number.POSITIVE_INFINITY;
  #minBeforeMs = Number.POSITIVE_INFINITY;
  #halfSinceMs = Number.NEGATIVE_INFINITY;
  #smoothedMs = Number.NaN;
  #deviationMs = 0;

  /** The way itself, without lines, ms. */
  get wayMs(): number {
    const minMs = Math.min(this.#minMs, this.#minBeforeMs);
    return minMs === Number.POSITIVE_INFINITY ? ASSUMED_WAY_MS : minMs;
  }

  /** How much longer than the way a round trip may take, ms. */
  get toleranceMs(): number {
    if (Number.isNaN(this.#smoothedMs)) return PROMISED_MS;
    const usualMs = this.#smoothedMs - this.wayMs + DEVIATIONS * this.#deviationMs;
    return Math.min(MOST_TOLERANCE_MS, Math.max(PROMISED_MS, usualMs));
  }

  /** Usual deviation of the round trips, ms. */
  get deviationMs(): number {
    return this.#deviationMs;
  }

  /**
   * @param gain - how much of it is learned as usual: 0 where the line in front of it may be of our own making
   * @returns by how many times the tolerance it was longer than the way
   */
  add(rttMs: number, nowMs: number, gain: number): number {
    this.#addToMinimum(rttMs, nowMs);
    if (Number.isNaN(this.#smoothedMs)) {
      this.#smoothedMs = rttMs;
      this.#deviationMs = rttMs / 4;
      return 0;
    }
    const difference = rttMs - this.#smoothedMs;
    const seenMs = Math.min(Math.abs(difference), 2 * this.toleranceMs);
    const excess = (rttMs - this.wayMs) / this.toleranceMs;
    this.#smoothedMs += difference * gain;
    this.#deviationMs += (seenMs - this.#deviationMs) * gain;
    return excess;
  }

  #addToMinimum(rttMs: number, nowMs: number): void {
    if (nowMs - this.#halfSinceMs >= HALF_WINDOW_MS) {
      this.#minBeforeMs = this.#minMs;
      this.#minMs = Number.POSITIVE_INFINITY;
      this.#halfSinceMs = nowMs;
    }
    this.#minMs = Math.min(this.#minMs, rttMs);
  }
}
