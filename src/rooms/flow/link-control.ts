import type { QualityLevel } from '../../protocol/quality.ts';
import type { LinkAnswer } from '../../transport/ws/link-acks.ts';
import { DelayWatch } from './delay-watch.ts';
import { levelWithin, QUALITY_LEVELS } from './quality-levels.ts';

// How much a client's link carries, learned from the answers to pings. Nothing here knows of sockets or clocks.
//
//   answers late, three in a row ──▶ budget = 0.85 × what arrived meanwhile ──▶ level down at once
//   one of them very late        ──▶ one patch at a time, until three answers are in time
//   budget used by nine tenths   ──▶ + 8 % a second
//   level > 0 and 5 s without    ──▶ a trial: bytes for 50 ms of 2.5 × the budget, at once
//        came through in time    ──▶ that is the budget ──▶ level up, over several if it carries them; the next one in half a second
//        late                    ──▶ what came through is the budget, if that is more; again in 1.5 s, then in 8
//
// Decrease and increase are those of GCC (draft-ietf-rmcat-gcc-02 §5.5). The trial is a packet train (Jain and Dovrolis 2002): at a level
// that sends little nothing would ever show that the link carries more, and to try with patches costs others their time each time
// it does not; docs/adr/0017-flow.md has the arithmetic.

/** Bytes per second. Below the lower one even the last level is not worth playing at. */
const LEAST_BUDGET = 750;
const MOST_BUDGET = 64_000;
const DECREASE = 0.85;
const INCREASE = 0.08;
const LEAST_INCREASE = 256;
/** Share of the budget that must be in use for it to grow: what is not used proves nothing. */
const USED_SHARE = 0.9;
/**
 * Late answers that make a line, more or less in a row, each to a ping that left after the one before was answered: a lost segment
 * delays one. One that is very late counts twice, one in time takes half of one back.
 */
const LATE = 4;
/** Times the tolerance. */
const VERY_LATE = 3;
const VERY_LATE_COUNTS = 2;
const VERY_LATE_AGAIN_COUNTS = 3;
const GOOD = 0.75;
/** Who answers in time while he gets one patch at a time may yet have a link that is too narrow for all of them. */
const DOUBT_AGAIN_MS = 7_000;
/** Of what is learned about a link's usual deviation, per answer. */
const LEARNING_GAIN = 1 / 8;
/** At level 4 hardly anything of ours is on the way: what is late there is late by nature, or for others' sake. */
const LAST_LEVEL_GAIN = 1 / 64;
/** How long a link is watched closely after it was late or its level has changed. */
const WATCH_MS = 3_000;
const GOOD_FOR_MS = 5_000;
/** Between two steps up that no trial has proved. */
const UP_EVERY_MS = 10_000;
/** A budget must be this much more than a level takes, to go up to it. */
const UP_MARGIN = 1.15;
const TRIAL_EVERY_MS = 8_000;
/** After steps up that did not last: 20 s after a link is free again its client has level 0 (FL-4). */
const RARE_TRIAL_EVERY_MS = 16_000;
const NEXT_TRIAL_MS = 500;
/** After the first that was late: it may have been a lost segment. */
const SECOND_TRIAL_MS = 1_500;
const TRIAL_GROWTH = 2.5;
/** What a trial takes on a link that carries it, as a share of how late an answer may be: what it takes must be told from that. */
const TRIAL_SHARE = 0.5;
const MOST_TRIAL_MS = 120;
/** Of what came through of a trial that was late, to be on the safe side. */
const PROVED_SHARE = 0.9;
const LEAST_TRIAL_BYTES = 128;
/** Of the rates, per second. */
const RATE_GAIN = 0.5;

/** Bytes with a ping behind them. */
export interface Trial {
  readonly bytes: number;
  readonly sentAtMs: number;
  /** Round trip of a ping with nothing in front of it, a moment before. */
  readonly emptyRttMs: number;
}

export class LinkControl {
  readonly #delay = new DelayWatch();
  #budgetBytesPerS = MOST_BUDGET;
  #level: QualityLevel = 0;
  #watchUntilMs = Number.NEGATIVE_INFINITY;

  #lateness = 0;
  #isDoubted = false;
  #doubtedAtMs = Number.NEGATIVE_INFINITY;
  #countedAtMs = Number.NEGATIVE_INFINITY;
  /** The first late answer: what arrives from there on is what the link carries. */
  #lateSince = { atMs: 0, ackedBytes: 0 };
  #overusedAtMs = Number.NEGATIVE_INFINITY;
  #wentUpAtMs = Number.NEGATIVE_INFINITY;

  #nextTrialAtMs = Number.NEGATIVE_INFINITY;
  #trialEveryMs = TRIAL_EVERY_MS;
  /** Whether the last trial was late. */
  #wasTriedLate = false;

  #secondSinceMs: number;
  #offeredBytes = 0;
  #handedBytes = 0;
  #demandBytesPerS = 0;
  #usedBytesPerS = 0;

  /** @param nowMs - monotonic, as all times here */
  constructor(nowMs: number) {
    this.#secondSinceMs = nowMs;
  }

  get level(): QualityLevel {
    return this.#level;
  }

  /** Bytes per second that the link is known, or supposed, to carry. */
  get budgetBytesPerS(): number {
    return this.#budgetBytesPerS;
  }

  /** Whether each patch is to be followed by a ping. */
  isWatched(nowMs: number): boolean {
    return this.#level > 0 || nowMs < this.#watchUntilMs;
  }

  /** Whether an answer was very late, and those since then have not shown yet whether a line stands. */
  get isDoubted(): boolean {
    return this.#isDoubted;
  }

  /** By how much an answer is late that is not here yet, ms; 0: it is not. */
  overdueMs(unansweredSinceMs: number | null, nowMs: number): number {
    if (unansweredSinceMs === null) return 0;
    const { wayMs, toleranceMs } = this.#delay;
    const overdueMs = nowMs - unansweredSinceMs - wayMs - toleranceMs;
    if (overdueMs <= 0) return 0;
    this.#watchUntilMs = nowMs + WATCH_MS;
    return overdueMs;
  }

  /** Bytes of a patch, as it would be at level 0, whether it is sent or not. */
  offered(bytes: number): void {
    this.#offeredBytes += bytes;
  }

  answered({ rttMs, sentAtMs, ackedBytes }: LinkAnswer, nowMs: number): void {
    const excess = this.#delay.add(rttMs, nowMs, this.#learningGain(nowMs));
    const isLate = excess > 1;
    if (isLate) this.#watchUntilMs = nowMs + WATCH_MS;
    // Of answers that were in one line together, one counts.
    if (sentAtMs < this.#countedAtMs) return;
    this.#countedAtMs = nowMs;
    if (!isLate) {
      this.#lateness = Math.max(0, this.#lateness - GOOD);
      if (this.#lateness === 0) this.#isDoubted = false;
      return;
    }
    if (this.#lateness === 0) this.#lateSince = { atMs: nowMs, ackedBytes };
    this.#lateness += excess > VERY_LATE ? this.#doubt(nowMs) : 1;
    if (this.#lateness >= LATE) this.#overused(ackedBytes, nowMs);
  }

  /**
   * Once a second, or a little more.
   *
   * @param handedBytes - to the connection, all that there was so far
   */
  second(handedBytes: number, nowMs: number): void {
    const seconds = (nowMs - this.#secondSinceMs) / 1_000;
    if (seconds <= 0) return;
    this.#usedBytesPerS = this.#smoothed(
      this.#usedBytesPerS,
      (handedBytes - this.#handedBytes) / seconds,
    );
    this.#demandBytesPerS = this.#smoothed(this.#demandBytesPerS, this.#offeredBytes / seconds);
    this.#secondSinceMs = nowMs;
    this.#handedBytes = handedBytes;
    this.#offeredBytes = 0;
    const isGood = nowMs - this.#overusedAtMs >= 1_000 && this.#lateness === 0;
    if (isGood && this.#usedBytesPerS >= USED_SHARE * this.#budgetBytesPerS) {
      this.#budgetBytesPerS = Math.min(
        MOST_BUDGET,
        this.#budgetBytesPerS + Math.max(LEAST_INCREASE, INCREASE * this.#budgetBytesPerS),
      );
    }
    this.#stepUp(nowMs);
  }

  /** Whether it is time to find out if the link carries more. */
  isTrialDue(nowMs: number): boolean {
    if (this.#level === 0 || this.#lateness > 0 || nowMs < this.#nextTrialAtMs) return false;
    return nowMs - this.#overusedAtMs >= GOOD_FOR_MS;
  }

  /** Of a trial, to be followed by a ping, and its answer by `tried`. */
  get trialBytes(): number {
    return Math.max(LEAST_TRIAL_BYTES, Math.round((this.#trialBudget() * this.#trialMs) / 1_000));
  }

  /** @param rttMs - of the ping behind a trial */
  tried({ bytes, emptyRttMs }: Trial, rttMs: number, nowMs: number): void {
    const tookMs = rttMs - emptyRttMs;
    const trialMs = this.#trialMs;
    const isInTime = tookMs <= trialMs + Math.min(trialMs / 2, this.#delay.deviationMs);
    const lateAgainMs = this.#wasTriedLate ? this.#trialEveryMs : SECOND_TRIAL_MS;
    this.#nextTrialAtMs = nowMs + (isInTime ? NEXT_TRIAL_MS : lateAgainMs);
    this.#wasTriedLate = !isInTime;
    const carriedBytesPerS = (bytes * 1_000) / Math.max(1, tookMs);
    const proved = isInTime ? this.#trialBudget() : carriedBytesPerS * PROVED_SHARE;
    if (proved <= this.#budgetBytesPerS) return;
    this.#budgetBytesPerS = Math.min(MOST_BUDGET, proved);
    this.#goUp(levelWithin(this.#budgetBytesPerS / UP_MARGIN, this.#demandBytesPerS), nowMs);
  }

  /** An answer was very late. @returns what that counts: more where it happens again as soon as patches are as frequent as before */
  #doubt(nowMs: number): number {
    const isRepeated = !this.#isDoubted && nowMs - this.#doubtedAtMs < DOUBT_AGAIN_MS;
    this.#isDoubted = true;
    this.#doubtedAtMs = nowMs;
    return isRepeated ? VERY_LATE_AGAIN_COUNTS : VERY_LATE_COUNTS;
  }

  #overused(ackedBytes: number, nowMs: number): void {
    const tookMs = nowMs - this.#lateSince.atMs;
    const arrivedBytesPerS = ((ackedBytes - this.#lateSince.ackedBytes) * 1_000) / tookMs;
    // A budget that was never used says nothing; and one measurement shall not do more than halve it.
    const from = Math.max(
      LEAST_BUDGET,
      Math.min(this.#budgetBytesPerS, this.#usedBytesPerS / USED_SHARE),
    );
    const carried = Math.min(from, Math.max(from / 2, arrivedBytesPerS || 0));
    this.#budgetBytesPerS = Math.max(LEAST_BUDGET, DECREASE * carried);
    this.#lateness = 0;
    this.#isDoubted = false;
    this.#overusedAtMs = nowMs;
    this.#wasTriedLate = false;
    const hasJustGoneUp = nowMs - this.#wentUpAtMs < UP_EVERY_MS;
    if (hasJustGoneUp) this.#trialEveryMs = RARE_TRIAL_EVERY_MS;
    this.#nextTrialAtMs = nowMs + (hasJustGoneUp ? this.#trialEveryMs : GOOD_FOR_MS);
    const level = levelWithin(this.#budgetBytesPerS, this.#demandBytesPerS);
    if (level > this.#level) this.#level = level;
  }

  #learningGain(nowMs: number): number {
    if (this.#level === 4) return LAST_LEVEL_GAIN;
    return this.isWatched(nowMs) ? 0 : LEARNING_GAIN;
  }

  /** One level, when the budget has grown by being used. */
  #stepUp(nowMs: number): void {
    if (this.#level === 0 || this.#lateness > 0) return;
    if (nowMs - this.#overusedAtMs < GOOD_FOR_MS || nowMs - this.#wentUpAtMs < UP_EVERY_MS) return;
    const next = (this.#level - 1) as QualityLevel;
    const neededBytesPerS = QUALITY_LEVELS[next].share * this.#demandBytesPerS * UP_MARGIN;
    if (neededBytesPerS <= this.#budgetBytesPerS) this.#goUp(next, nowMs);
  }

  #goUp(level: QualityLevel, nowMs: number): void {
    if (level >= this.#level) return;
    this.#level = level;
    this.#wentUpAtMs = nowMs;
    this.#watchUntilMs = nowMs + UP_EVERY_MS;
    if (level === 0) this.#trialEveryMs = TRIAL_EVERY_MS;
  }

  /** What a trial may take on a link that carries it. */
  get #trialMs(): number {
    return Math.min(MOST_TRIAL_MS, TRIAL_SHARE * this.#delay.toleranceMs);
  }

  #trialBudget(): number {
    return Math.min(MOST_BUDGET, TRIAL_GROWTH * this.#budgetBytesPerS);
  }

  #smoothed(before: number, now: number): number {
    return before === 0 ? now : before + (now - before) * RATE_GAIN;
  }
}
