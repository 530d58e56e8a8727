import type { RoomClock } from '@colyseus/sdk';
import { SmoothedJitter } from '../smoothed-jitter.ts';
import type { Playout } from './playout.ts';
import { SlidingMinimum } from './sliding-minimum.ts';

/** A good round trip counts as long as a good transit does. */
const RTT_WINDOW_MS = 10_000;
/** Gain of Colyseus' own estimates. */
const GAIN = 0.1;
/** Farther off than this the estimate was of something else: another node, or a page that slept, ms. */
const SNAP_MS = 250;

/**
 * The room's clock, as `room.clock` promises it, for those who play and for those who watch.
 *
 * Colyseus' own estimate lives on acknowledged inputs: who sends none keeps the offset of his first patch for good, be it late or of
 * a node that is gone. Here the offset is that of the fastest patch of the last ten seconds, less half of the fastest round trip,
 * be it of an input or of a ping (as NTP filters: RFC 5905, section 10).
 */
export class RoomTime implements RoomClock {
  readonly #playout: Playout;
  readonly #nowMs: () => number;
  readonly #onPatch: (latenessMs: number) => void;
  readonly #onAction: (durationMs: number) => void;
  readonly #fastestRtt = new SlidingMinimum(RTT_WINDOW_MS);
  readonly #jitter = new SmoothedJitter();
  /** 0: the local clock, until the first patch. */
  #offsetMs = 0;
  /** Until a patch of this connection has come; what was known before it is the best guess meanwhile. */
  #isAnotherWay = true;
  #rttMs = 0;
  #smoothedRttMs = 0;
  #lastServerTimeMs = 0;
  #patchIntervalMs: number;
  #isPaced = false;

  constructor(deps: {
    readonly playout: Playout;
    /** Monotonic, ms. */
    readonly nowMs: () => number;
    /** As the room has advertised it, ms; 0 when it has not. */
    readonly patchIntervalMs: number;
    /** A patch has come so much later than the fastest of late, ms. */
    readonly onPatch: (latenessMs: number) => void;
    /** A patch acknowledges an input of so long ago, ms. */
    readonly onAction: (durationMs: number) => void;
  }) {
    this.#playout = deps.playout;
    this.#nowMs = deps.nowMs;
    this.#patchIntervalMs = deps.patchIntervalMs;
    this.#onPatch = deps.onPatch;
    this.#onAction = deps.onAction;
  }

  now(): number {
    return this.#nowMs();
  }

  /** Milliseconds since the room was made, as the room counts them; the local clock until the first patch. */
  serverNow(): number {
    return this.#nowMs() + this.#offsetMs;
  }

  /** The same: the estimate moves slowly already. */
  renderNow(): number {
    return this.serverNow();
  }

  rtt(): number {
    return this.#rttMs;
  }

  smoothedRtt(): number {
    return this.#smoothedRttMs;
  }

  jitter(): number {
    return this.#jitter.valueMs;
  }

  lastServerTime(): number {
    return this.#lastServerTimeMs;
  }

  /**
   * 0 in rooms that serve what is far less often. Colyseus takes a gap of more than one and a half intervals for rest, and would
   * let such entities stand and then run; without an interval it goes by each field's own.
   */
  patchInterval(): number {
    return this.#isPaced ? 0 : this.#patchIntervalMs;
  }

  setPatchInterval(milliseconds: number): void {
    this.#patchIntervalMs = Math.max(0, milliseconds);
  }

  /** The room serves this client at several paces from now on. */
  pace(): void {
    this.#isPaced = true;
  }

  /** A patch has come. @param rttMs - of the input that it acknowledges; negative when it acknowledges none */
  sample(madeAtRoomMs: number, rttMs: number): void {
    const nowMs = this.#nowMs();
    this.#lastServerTimeMs = madeAtRoomMs;
    this.#jitter.addArrival(nowMs, madeAtRoomMs);
    this.#onPatch(this.#playout.onPatch(nowMs, madeAtRoomMs));
    if (rttMs >= 0) {
      this.addRtt(rttMs);
      this.#onAction(rttMs);
    }
    this.#follow();
  }

  /** A round trip through the room has ended now. */
  addRtt(rttMs: number): void {
    this.#fastestRtt.add(this.#nowMs(), rttMs);
    this.#smoothedRttMs =
      this.#rttMs === 0 ? rttMs : this.#smoothedRttMs + (rttMs - this.#smoothedRttMs) * GAIN;
    this.#rttMs = rttMs;
  }

  /** Another socket: its way is measured anew. */
  reset(): void {
    this.#fastestRtt.clear();
    this.#rttMs = 0;
    this.#smoothedRttMs = 0;
    this.#isAnotherWay = true;
  }

  #follow(): void {
    const rttMs = this.#fastestRtt.value;
    const offsetMs = (Number.isFinite(rttMs) ? rttMs / 2 : 0) - this.#playout.baseMs;
    const missingMs = offsetMs - this.#offsetMs;
    if (this.#isAnotherWay || Math.abs(missingMs) > SNAP_MS) this.#offsetMs = offsetMs;
    else this.#offsetMs += missingMs * GAIN;
    this.#isAnotherWay = false;
  }
}
