import type { Clock } from '../../shared/clock.ts';

/** After the queue was found full, its door is watched for so long. */
const WATCHED_MS = 2_000;
/** More than are seated may come in: the queue stays full, and is seen to get faster. */
const MOST_OF_PACE = 1.1;
/**
 * A node that is busier than that lets in fewer than are seated, until it is not: what those cost who were let in must leave it the time to
 * refuse the others, or all wait for their answers.
 */
const BUSY_RATIO = 0.85;
const LOOKS_EVERY_MS = 500;
const LESS_WHEN_BUSY = 0.75;
const MORE_WHEN_NOT = 0.05;
const LEAST_OF_PACE = 0.25;
/** However slow the queue seems. */
const LEAST_PER_SECOND = 20;
/**
 * Who may be looked at, at a time. A node that keeps up has some tens of them; more are a crowd, and would all be late, before the queue
 * could be found full.
 */
const MOST_INSIDE = 128;
/** Who may come in at once after a silence, as what would come in so long. */
const AT_ONCE_MS = 250;

/**
 * The door of one queue on one node. Open until the queue is found full; from then on it lets in about as many as are seated, and refuses
 * the others unseen: to look at each of a crowd costs as much as to take him, and those who wait would get no rooms for it.
 */
export class QueueDoor {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #busyRatio: () => number;
  #ofPace = MOST_OF_PACE;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #watchedUntilMs = Number.NEGATIVE_INFINITY;
  #inside = 0;
  #perSecond = 0;
  #mayCome = 0;
  #countedAtMs = 0;

  constructor(deps: {
    readonly clock: Pick<Clock, 'monotonicMs'>;
    /** Share of the last half second in which this process was busy. */
    readonly busyRatio: () => number;
  }) {
    this.#clock = deps.clock;
    this.#busyRatio = deps.busyRatio;
  }

  /**
   * The queue took nobody more.
   *
   * @param ticketsPerSecond - it seats
   * @returns whether this is news: the door was open
   */
  foundFull(ticketsPerSecond: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const isNews = nowMs >= this.#watchedUntilMs;
    if (isNews) {
      this.#ofPace = MOST_OF_PACE;
      this.#mayCome = 0;
      this.#countedAtMs = nowMs;
    }
    this.#watchedUntilMs = nowMs + WATCHED_MS;
    this.#look(nowMs);
    this.#perSecond = Math.max(LEAST_PER_SECOND, this.#ofPace * ticketsPerSecond);
    return isNews;
  }

  /** Whether the next one may come in; counts him, until he has `left`. */
  letsIn(): boolean {
    if (this.#inside >= MOST_INSIDE || !this.#isHisTurn()) return false;
    this.#inside += 1;
    return true;
  }

  /** One who was let in has his answer. */
  left(): void {
    this.#inside -= 1;
  }

  #isHisTurn(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#watchedUntilMs) return true;
    const sinceMs = nowMs - this.#countedAtMs;
    const most = Math.max(1, (this.#perSecond * AT_ONCE_MS) / 1_000);
    this.#countedAtMs = nowMs;
    this.#mayCome = Math.min(most, this.#mayCome + (this.#perSecond * sinceMs) / 1_000);
    if (this.#mayCome < 1) return false;
    this.#mayCome -= 1;
    return true;
  }

  /** Less at once, more by and by, as TCP does (RFC 5681 §3.1). */
  #look(nowMs: number): void {
    if (nowMs - this.#lookedAtMs < LOOKS_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    this.#ofPace =
      this.#busyRatio() > BUSY_RATIO
        ? Math.max(LEAST_OF_PACE, this.#ofPace * LESS_WHEN_BUSY)
        : Math.min(MOST_OF_PACE, this.#ofPace + MORE_WHEN_NOT);
  }
}
