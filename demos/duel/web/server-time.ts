/** One answer of the server's clock; the other two are this browser's. */
export interface TimeSample {
  readonly sentAtMs: number;
  readonly serverAtMs: number;
  readonly receivedAtMs: number;
}

/** The server's wall clock as seen from here: the sample with the shortest round trip is the most exact (RFC 5905 §8). */
export class ServerTime {
  #offsetMs = 0;
  #shortestMs = Number.POSITIVE_INFINITY;

  add({ sentAtMs, serverAtMs, receivedAtMs }: TimeSample): void {
    const roundTripMs = receivedAtMs - sentAtMs;
    if (roundTripMs < 0 || roundTripMs > this.#shortestMs) return;
    this.#shortestMs = roundTripMs;
    this.#offsetMs = serverAtMs - (sentAtMs + roundTripMs / 2);
  }

  nowAtMs(): number {
    return Date.now() + this.#offsetMs;
  }
}
