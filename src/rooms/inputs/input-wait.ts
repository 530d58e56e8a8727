import type { ClientInternals } from '../guards/room-internals.ts';

/** An input that was not consumed by then is of a game that stands still, or of a client that has gone. */
const GIVE_UP_AFTER_MS = 2_000;
/** Steps over the inputs of an interval without favour: the golden ratio leaves no gaps (Weyl's sequence). */
const STRIDE = 0.618_033_988_75;

/**
 * How long inputs wait in the room: from their arrival to the flush that acknowledges them. One input a flush is followed, so it costs
 * next to nothing; which one changes from flush to flush, for the first of an interval waits longest.
 */
export class InputWait {
  readonly #waitingInFrontOf: (client: ClientInternals) => number;
  #followed: ClientInternals | null = null;
  /** The followed input is consumed when this many of its client are. */
  #consumedCount = 0;
  #arrivedAtMs = 0;
  #seen = 0;
  #skip = 0;
  #phase = 0;

  /** @param waitingInFrontOf - inputs of a client that wait for their step in front of his buffer (paced-inputs.ts) */
  constructor(waitingInFrontOf: (client: ClientInternals) => number) {
    this.#waitingInFrontOf = waitingInFrontOf;
  }

  /** A frame with inputs was read. @param nowMs - monotonic, when it came */
  arrived(client: ClientInternals, nowMs: number): void {
    this.#seen += 1;
    if (this.#followed !== null || this.#seen <= this.#skip) return;
    const buffer = client._inputBuffer;
    if (buffer === undefined) return;
    const waiting = buffer.size + this.#waitingInFrontOf(client);
    if (waiting === 0) return;
    this.#followed = client;
    this.#consumedCount = buffer.consumedCount + waiting;
    this.#arrivedAtMs = nowMs;
  }

  /** @returns ms that the followed input waited, when this flush acknowledges it */
  flushed(nowMs: number): number | null {
    const client = this.#followed;
    if (client === null) {
      this.#next();
      return null;
    }
    const waitMs = nowMs - this.#arrivedAtMs;
    const isConsumed = (client._inputBuffer?.consumedCount ?? 0) >= this.#consumedCount;
    if (!isConsumed && waitMs < GIVE_UP_AFTER_MS) return null;
    this.#next();
    return isConsumed ? waitMs : null;
  }

  #next(): void {
    this.#phase = (this.#phase + STRIDE) % 1;
    this.#skip = Math.floor(this.#phase * this.#seen);
    this.#seen = 0;
    this.#followed = null;
  }
}
