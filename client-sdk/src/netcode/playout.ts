import { DelayHistogram } from './delay-histogram.ts';
import { PatchInterval } from './patch-interval.ts';
import { SlidingMinimum } from './sliding-minimum.ts';

// Which moment of the room is drawn now. Times of the room (`…RoomMs`) are its own clock, as its patches say it; the others are
// monotonic, of this machine. A patch's transit is its arrival minus its stamp: what is in there besides the way is the unknown
// difference of the two clocks, which is the same for all patches.
//
//   transit of the fastest patch of late ──▶ base        how far behind the room a perfect link would draw
//   lateness of the others ──▶ histogram ──▶ + delay     so that nearly every patch is there when it is needed
//                                            = offset    moves slowly: others walk a little faster or slower for a while
//   now − offset = the moment of the room that is drawn
//
// Controllers made of a mean and a deviation (Mirror, Unity, RFC 3550) were replayed over recorded TCP with loss and stall more
// often than a fixed delay does: docs/adr/0020-client-netcode.md.

/** How much the drawing of others errs on the side of late. */
export type PlayoutProfile = 'smooth' | 'responsive';

/** Share of the half seconds in which every patch should be there in time. The rest is extrapolated. */
const QUANTILE: Readonly<Record<PlayoutProfile, number>> = { smooth: 0.95, responsive: 0.8 };
/** Lateness assumed until half a second was measured (NetEQ's start delay), ms. */
const START_LATENESS_MS = 80;
/** The least delay: between two patches, and a little, ms per ms of interval. */
const LEAST_INTERVALS = 1.2;
/** The longest delay, ms; rooms rewind a shot no farther than half a second. */
const MOST_DELAY_MS = 450;
/** Of real time: slowing down by a tenth is not seen, speeding up is seen sooner. */
const MOST_GROWTH = 0.1;
const MOST_SHRINKAGE = 0.03;
/** Farther off than this there is nothing to be led to gently, ms: at three in a hundred it would take a quarter of a minute. */
const SNAP_MS = 500;
/** A stamp that is so much older than the newest is of another clock, ms: patches come in order. */
const ANOTHER_CLOCK_MS = 1_000;
/** How long the fastest patch counts: longer than a queue of the network lasts, shorter than clocks need to drift. */
const BASE_WINDOW_MS = 10_000;
/** When all patches of so long were later than the longest delay, the way has become longer. */
const REROUTE_WINDOW_MS = 2_000;
const ASSUMED_INTERVAL_MS = 50;
/** A longer gap in a room without a clock is rest, not lateness. */
const REST_INTERVALS = 4;

/** How the drawing of others has gone since the join. */
export interface PlayoutFigures {
  /** How far behind the newest state there could be others are drawn, ms. */
  readonly delayMs: number;
  /** Times that what was needed had not come. */
  readonly underruns: number;
  /** How long it had not, ms. */
  readonly stalledMs: number;
  /** How long others were drawn in all, ms. */
  readonly playedMs: number;
}

export class Playout {
  profile: PlayoutProfile = 'smooth';

  readonly #lateness = new DelayHistogram();
  readonly #interval = new PatchInterval(ASSUMED_INTERVAL_MS);
  readonly #fastest = new SlidingMinimum(BASE_WINDOW_MS);
  readonly #fastestOfLate = new SlidingMinimum(REROUTE_WINDOW_MS);
  #baseMs = 0;
  #newestRoomMs = Number.NEGATIVE_INFINITY;
  #previousRoomMs = Number.NEGATIVE_INFINITY;
  #offsetMs = 0;
  #playheadRoomMs = Number.NEGATIVE_INFINITY;
  /** Null: the next frame begins anew, with what is right for it. */
  #frameAtMs: number | null = null;
  #isAnotherClock = true;
  #isPaused = false;
  #isTimed = false;
  #wasStalled = false;
  #underruns = 0;
  #stalledMs = 0;
  #playedMs = 0;

  /** Whether patches say when they were made. */
  get isTimed(): boolean {
    return this.#isTimed;
  }

  /** Transit of the fastest patch of late, ms; of no meaning but against other transits. */
  get baseMs(): number {
    return this.#baseMs;
  }

  /** Usual time between two patches, ms. */
  get intervalMs(): number {
    return this.#interval.valueMs;
  }

  /** The moment of the newest patch. */
  get newestRoomMs(): number {
    return this.#newestRoomMs;
  }

  /** The moment of the patch before. */
  get previousRoomMs(): number {
    return this.#previousRoomMs;
  }

  /** The moment that is drawn in this frame. */
  get playheadRoomMs(): number {
    return this.#playheadRoomMs;
  }

  get figures(): PlayoutFigures {
    return {
      delayMs: this.#frameAtMs === null ? this.#wantedDelayMs() : this.#offsetMs - this.#baseMs,
      underruns: this.#underruns,
      stalledMs: this.#stalledMs,
      playedMs: this.#playedMs,
    };
  }

  /**
   * A patch has arrived.
   *
   * @param madeAtRoomMs - as it says
   * @returns how much later than the fastest of late, ms
   */
  onPatch(arrivedAtMs: number, madeAtRoomMs: number): number {
    this.#isTimed = true;
    // The room was brought back from an older state.
    if (madeAtRoomMs < this.#newestRoomMs - ANOTHER_CLOCK_MS) this.reset();
    if (this.#isAnotherClock) this.#beginClock();
    const transitMs = arrivedAtMs - madeAtRoomMs;
    const fastestMs = this.#fastest.add(arrivedAtMs, transitMs);
    const ofLateMs = this.#fastestOfLate.add(arrivedAtMs, transitMs);
    this.#baseMs = ofLateMs - fastestMs > MOST_DELAY_MS ? ofLateMs : fastestMs;
    this.#note(madeAtRoomMs);
    const latenessMs = transitMs - this.#baseMs;
    if (!this.#isPaused) this.#lateness.add(arrivedAtMs, latenessMs);
    return latenessMs;
  }

  /**
   * A patch of a room without a clock (no `defineInput`) has arrived. All there is to go by is when: it counts as made now, and as
   * late when the one before was long ago.
   */
  onUntimedPatch(arrivedAtMs: number): void {
    const gapMs = arrivedAtMs - this.#newestRoomMs;
    const intervalMs = this.#interval.valueMs;
    this.#note(arrivedAtMs);
    if (this.#isPaused || gapMs > REST_INTERVALS * intervalMs) return;
    this.#lateness.add(arrivedAtMs, Math.max(0, gapMs - intervalMs));
  }

  /** Moves on to the moment that this frame draws. It never goes back while the clock is the same. @param nowMs - the frame's timestamp */
  frame(nowMs: number): void {
    if (!Number.isFinite(this.#newestRoomMs)) return;
    const wantedMs = this.#baseMs + this.#wantedDelayMs();
    const elapsedMs = this.#frameAtMs === null ? 0 : Math.max(0, nowMs - this.#frameAtMs);
    const missingMs = wantedMs - this.#offsetMs;
    if (this.#frameAtMs === null || Math.abs(missingMs) > SNAP_MS) this.#offsetMs = wantedMs;
    else {
      this.#offsetMs += Math.min(
        MOST_GROWTH * elapsedMs,
        Math.max(-MOST_SHRINKAGE * elapsedMs, missingMs),
      );
    }
    this.#frameAtMs = nowMs;
    this.#playheadRoomMs = Math.max(this.#playheadRoomMs, nowMs - this.#offsetMs);
    this.#count(elapsedMs);
  }

  /** Nobody looks, and what is measured now says nothing of the link: timers and frames of hidden pages are slowed down. */
  pause(): void {
    this.#isPaused = true;
    this.#lateness.skip();
  }

  /** Somebody looks again: what is drawn next is what is right for now, without a fast-forward to it. */
  resume(): void {
    this.#isPaused = false;
    this.#frameAtMs = null;
    this.#wasStalled = false;
  }

  /** Another socket, perhaps another machine: its clock and its way are measured anew. What is known of lateness stays. */
  reset(): void {
    this.#fastest.clear();
    this.#fastestOfLate.clear();
    this.#lateness.skip();
    this.#isAnotherClock = true;
  }

  #beginClock(): void {
    this.#isAnotherClock = false;
    this.#newestRoomMs = Number.NEGATIVE_INFINITY;
    this.#playheadRoomMs = Number.NEGATIVE_INFINITY;
    this.#frameAtMs = null;
    this.#wasStalled = false;
  }

  #note(madeAtRoomMs: number): void {
    if (madeAtRoomMs <= this.#newestRoomMs) return;
    const gapMs = madeAtRoomMs - this.#newestRoomMs;
    if (Number.isFinite(gapMs)) this.#interval.add(gapMs);
    this.#previousRoomMs = this.#newestRoomMs;
    this.#newestRoomMs = madeAtRoomMs;
  }

  #wantedDelayMs(): number {
    const intervalMs = this.#interval.valueMs;
    const latenessMs = this.#lateness.hasEntries
      ? this.#lateness.quantile(QUANTILE[this.profile])
      : START_LATENESS_MS;
    // Patches that come seldom leave no choice.
    const mostMs = Math.max(MOST_DELAY_MS, LEAST_INTERVALS * intervalMs);
    return Math.min(mostMs, Math.max(LEAST_INTERVALS * intervalMs, latenessMs + intervalMs));
  }

  #count(elapsedMs: number): void {
    this.#playedMs += elapsedMs;
    // A room without a clock sends nothing while nothing changes: nobody knows whether something is missing.
    const isStalled = this.#isTimed && this.#playheadRoomMs > this.#newestRoomMs;
    if (isStalled) this.#stalledMs += elapsedMs;
    if (isStalled && !this.#wasStalled) this.#underruns += 1;
    this.#wasStalled = isStalled;
  }
}
