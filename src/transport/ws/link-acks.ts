/** A ping that came back, and what it says about the bytes that left before it. */
export interface LinkAnswer {
  readonly rttMs: number;
  /** When the ping left, monotonic ms. */
  readonly sentAtMs: number;
  /** Bytes of this connection that its peer has read, as far as is known now. */
  readonly ackedBytes: number;
}

/** Pings that are waited for; more are not noted. */
const MOST_UNDER_WAY = 32;

/**
 * What the peer of one connection has read of what it was sent.
 *
 * The kernel takes megabytes before a socket says that it is full, and Node has no way to ask for less (TCP_NOTSENT_LOWAT). But a ping
 * waits in the same line as all that left before it: when its answer is here, so was all of that.
 *
 *   handed over:  ███████████████████████████▒▒▒▒▒▒▒▒░░░░
 *                                            ▲ping   ▲ping
 *                 ◀───────── acked ─────────▶◀in flight ▶
 */
export class LinkAcks {
  #handedBytes = 0;
  #ackedBytes = 0;
  #newestMark = 0;
  /** Of the pings under way, the oldest first. */
  readonly #sentAtMs: number[] = [];
  readonly #marks: number[] = [];

  /** Bytes given to the connection so far. */
  get handedBytes(): number {
    return this.#handedBytes;
  }

  /** Bytes of which it is not known that the peer has read them. */
  get inFlightBytes(): number {
    return this.#handedBytes - this.#ackedBytes;
  }

  /** Since when the oldest ping has had no answer, monotonic ms; null: all have one. */
  get unansweredSinceMs(): number | null {
    return this.#sentAtMs[0] ?? null;
  }

  get pingsUnderWay(): number {
    return this.#sentAtMs.length;
  }

  /** Bytes that no ping has left behind yet. */
  get unpingedBytes(): number {
    return this.#handedBytes - this.#newestMark;
  }

  handed(bytes: number): void {
    this.#handedBytes += bytes;
  }

  /** A ping leaves, behind all that was handed over. @param stampMs - what it carries, and its answer: the time, monotonic */
  pinged(stampMs: number): void {
    if (this.#sentAtMs.length >= MOST_UNDER_WAY) return;
    this.#sentAtMs.push(stampMs);
    this.#marks.push(this.#handedBytes);
    this.#newestMark = this.#handedBytes;
  }

  /** @returns null for what is no answer to a ping under way */
  answered(stampMs: number, nowMs: number): LinkAnswer | null {
    const index = this.#sentAtMs.indexOf(stampMs);
    if (index < 0) return null;
    this.#ackedBytes = this.#marks[index] as number;
    // A peer may answer the newest of several only (RFC 6455 §5.5.3).
    this.#sentAtMs.splice(0, index + 1);
    this.#marks.splice(0, index + 1);
    return { rttMs: nowMs - stampMs, sentAtMs: stampMs, ackedBytes: this.#ackedBytes };
  }
}
