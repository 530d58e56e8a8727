// What one player felt, second by second of the machine's clock:
//
//   asked ──── 5 s ────▶ counts as one who wants to play
//     └── first state ──▶ counts from here ──▶ states, actions, acknowledgements … ──▶ left: counts no more
//                                                └── his room is lost: counts on, without a match, until he is in the next one
//
// A second is settled when nothing can change it any more: an action that is not answered until then was too slow in any case.

import { PLAYED } from './bounds.ts';

const SECOND_MS = 1_000;

/** One second of one player. */
export interface PlayerSecond {
  /** Of the machine's clock. */
  readonly second: number;
  /** Whether he had a live match, answering in time, all through it. */
  readonly isPlayed: boolean;
  /** Greatest age of the newest state that he had, ms. */
  readonly oldestStateMs: number;
  /** 95th percentile of what his actions took, ms, by nearest rank: of up to 19 it is the slowest. Null: he took none. */
  readonly actionP95Ms: number | null;
  /** Left out of everything: the player's own fault. */
  readonly isExcused: boolean;
}

interface OpenSecond {
  oldestStateMs: number;
  readonly actionsMs: number[];
  isExcused: boolean;
}

interface PendingAction {
  readonly number: number;
  readonly takenAtMs: number;
}

/** Books what one player sees and does; all moments are of one clock and never go back. */
export class PlayerAccount {
  readonly #open = new Map<number, OpenSecond>();
  readonly #pending: PendingAction[] = [];
  /** From when on he counts; null: he does not want to play. */
  #countsFromMs: number | null = null;
  /** First second that is not settled; null: nothing to settle. */
  #nextSecond: number | null = null;
  #stateMadeAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = 0;
  /** His link stalls now; and: it did, and he has not caught up yet. */
  #isStalled = false;
  #isExcused = false;
  #actionBoundMs: number = PLAYED.actionP95BeyondRttMs;
  readonly #onAnswered: (durationMs: number) => void;

  /** @param onAnswered - told what each action took, ms; but for those of a player whose own link stalls */
  constructor(onAnswered: (durationMs: number) => void = () => {}) {
    this.#onAnswered = onAnswered;
  }

  /** @param rttMs - from his home to the region he plays in: his actions may take so much longer */
  playsAt(rttMs: number): void {
    this.#actionBoundMs = PLAYED.actionP95BeyondRttMs + rttMs;
  }

  /** He wants a room, and has none yet. */
  asked(atMs: number): void {
    if (this.#countsFromMs === null) this.#countFrom(atMs + PLAYED.joinWithinMs);
  }

  /** A state arrived that the room made at `madeAtMs`. */
  saw(madeAtMs: number, atMs: number): void {
    this.#age(atMs);
    this.#stateMadeAtMs = Math.max(this.#stateMadeAtMs, madeAtMs);
    this.#isExcused &&= this.#isStalled || atMs - madeAtMs > PLAYED.oldestStateMs;
    if (this.#countsFromMs === null || this.#countsFromMs > atMs) this.#countFrom(atMs);
  }

  /** He did something. @param number - counted from 1; what could not be sent yet has the number it will be sent with */
  acted(number: number, atMs: number): void {
    this.#pending.push({ number, takenAtMs: atMs });
  }

  /** A state showed the effect of all actions up to `number`. */
  acknowledged(number: number, atMs: number): void {
    while (this.#pending[0] !== undefined && this.#pending[0].number <= number) {
      const { takenAtMs } = this.#pending.shift() as PendingAction;
      const second = this.#secondOf(takenAtMs);
      second?.actionsMs.push(atMs - takenAtMs);
      if (second?.isExcused !== true) this.#onAnswered(atMs - takenAtMs);
    }
  }

  /** His own link stalls, as he asked for; until it is over, and he has a fresh state again, nothing of him counts. */
  stalls(isStalled: boolean, atMs: number): void {
    this.#age(atMs);
    this.#isStalled = isStalled;
    if (isStalled) this.#isExcused = true;
  }

  /** His room is gone: what he did there last is answered by nobody, and in the next one he counts anew. */
  lost(): void {
    for (const { takenAtMs } of this.#pending.splice(0)) {
      this.#secondOf(takenAtMs)?.actionsMs.push(Number.MAX_SAFE_INTEGER);
    }
  }

  /** He left on purpose, or the game is over. The second he leaves in does not count. */
  left(atMs: number): readonly PlayerSecond[] {
    this.#age(atMs);
    const settled = this.#settleBefore(Math.floor(atMs / SECOND_MS), atMs);
    this.#open.clear();
    this.#pending.length = 0;
    this.#countsFromMs = null;
    this.#nextSecond = null;
    this.#stateMadeAtMs = Number.NEGATIVE_INFINITY;
    this.#isExcused = this.#isStalled;
    return settled;
  }

  /** The seconds that nothing can change any more. */
  settle(atMs: number): readonly PlayerSecond[] {
    this.#age(atMs);
    return this.#settleBefore(Math.floor((atMs - this.#actionBoundMs) / SECOND_MS), atMs);
  }

  #countFrom(atMs: number): void {
    this.#countsFromMs = atMs;
    this.#nextSecond = Math.ceil(atMs / SECOND_MS);
    this.#lookedAtMs = atMs;
    // Who has never seen a state is without one from the beginning.
    this.#stateMadeAtMs = Math.max(this.#stateMadeAtMs, atMs - 2 * PLAYED.oldestStateMs);
  }

  /** Books the age of the newest state over all seconds since the last look. */
  #age(atMs: number): void {
    if (this.#nextSecond === null || atMs <= this.#lookedAtMs) return;
    const first = Math.max(this.#nextSecond, Math.floor(this.#lookedAtMs / SECOND_MS));
    for (let second = first; second * SECOND_MS < atMs; second++) {
      const open = this.#opened(second);
      // It is the oldest at the end.
      const endMs = Math.min(atMs, (second + 1) * SECOND_MS);
      open.oldestStateMs = Math.max(open.oldestStateMs, endMs - this.#stateMadeAtMs);
      open.isExcused ||= this.#isExcused;
    }
    this.#lookedAtMs = atMs;
  }

  #settleBefore(second: number, atMs: number): readonly PlayerSecond[] {
    const settled: PlayerSecond[] = [];
    if (this.#nextSecond === null) return settled;
    for (; this.#nextSecond < second; this.#nextSecond++) {
      const open = this.#opened(this.#nextSecond);
      this.#open.delete(this.#nextSecond);
      settled.push(this.#judge(this.#nextSecond, open, atMs));
    }
    return settled;
  }

  #judge(second: number, open: OpenSecond, atMs: number): PlayerSecond {
    const unanswered = this.#pending
      .filter(({ takenAtMs }) => Math.floor(takenAtMs / SECOND_MS) === second)
      .map(({ takenAtMs }) => atMs - takenAtMs);
    const actionP95Ms = nearestRank([...open.actionsMs, ...unanswered], 0.95);
    return {
      second,
      isPlayed:
        open.oldestStateMs <= PLAYED.oldestStateMs &&
        (actionP95Ms === null || actionP95Ms <= this.#actionBoundMs),
      oldestStateMs: open.oldestStateMs,
      actionP95Ms,
      isExcused: open.isExcused,
    };
  }

  #secondOf(atMs: number): OpenSecond | null {
    const second = Math.floor(atMs / SECOND_MS);
    return this.#nextSecond === null || second < this.#nextSecond ? null : this.#opened(second);
  }

  #opened(second: number): OpenSecond {
    const open = this.#open.get(second) ?? { oldestStateMs: 0, actionsMs: [], isExcused: false };
    this.#open.set(second, open);
    return open;
  }
}

/** The smallest value that `ratio` of all do not exceed; null of none. */
function nearestRank(values: readonly number[], ratio: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * ratio) - 1] ?? null;
}
