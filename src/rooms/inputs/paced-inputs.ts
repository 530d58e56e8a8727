import type { InputFrame } from './input-codec.ts';
import { InputPace, type PaceVerdict } from './input-pace.ts';

// The inputs of one client on their way to the game: they come in bundles and bursts, and leave one per fixed step, so that what
// others see of a player moves as evenly as he does.
//
//   wire ──add──▶ waiting … ──step: one, and some of those that wait for nothing──▶ Colyseus' buffer ──▶ the game's step
//
// Nothing is ever held back from a step that would else have none: an even stream passes without delay, and an uneven one makes its
// own delay by being late once (docs/adr/0019-inputs.md).

/** An input, as Colyseus' buffer takes it. */
export interface ArrivedInput {
  /** Null: it is acknowledged and not applied. */
  readonly frame: InputFrame | null;
  readonly renderTimeMs: number;
  readonly reckonTimeMs: number;
  /** Of datagram inputs. */
  readonly seq: number | undefined;
  readonly arrivedAtMs: number;
}

export interface PacedInputsOptions {
  /** With more than that waiting, the oldest leave at once. */
  readonly mostWaiting: number;
  /** Empty steps in a row that the game fills with a guess (`repeatLast`). */
  readonly guessedSteps: number;
}

/** What happened since the last report. */
export interface PaceReport {
  /** Inputs that left. */
  readonly inputs: number;
  /** Steps that had none, of a client that made up for it later. */
  readonly starvedSteps: number;
  /** Time that inputs waited here, all together. */
  readonly waitedMs: number;
}

/** Part of what waits too long that leaves with a step: a burst is played out fast, and not in one leap. */
const CATCH_UP = 1 / 4;
/** A client that is told how far it is off mends one step too many by itself, without a leap. */
const MENDED_BY_CLIENT = 1;
/** Empty steps that a later input may yet make up for: a burst comes in two pieces. More than these were a pause. */
const MOST_CARRIED = 2;
/** For so many steps. */
const CARRIED_FOR_STEPS = 3;
/** Places of inputs that left are given back when there are so many. */
const COMPACT_AT = 32;

export class PacedInputs {
  readonly #release: (input: ArrivedInput) => void;
  readonly #options: PacedInputsOptions;
  readonly #pace = new InputPace();
  readonly #waiting: ArrivedInput[] = [];
  #head = 0;
  /** Of those at the head, how many have been counted as late already. */
  #counted = 0;
  #emptySteps = 0;
  #emptySinceMs = 0;
  /** Empty steps of before, and for how many more steps they can be made up for. */
  #carried = 0;
  #carriedFor = 0;
  /** Steps that may be too many for a while. */
  #patience = 0;
  /** Empty steps that the game filled with a guess, and whose inputs may yet come. */
  #guesses = 0;
  /** Whole steps that the delay is longer than it must be. */
  #surplus = 0;
  #inputs = 0;
  #starved = 0;
  #waitedMs = 0;

  /** @param release - takes what leaves, in order */
  constructor(release: (input: ArrivedInput) => void, options: PacedInputsOptions) {
    this.#release = release;
    this.#options = options;
  }

  /** Inputs that wait. */
  get size(): number {
    return this.#waiting.length - this.#head;
  }

  /** Steps in a row that had no input, the present one included. */
  get emptySteps(): number {
    return this.#emptySteps;
  }

  add(input: ArrivedInput): void {
    this.#waiting.push(input);
    if (this.size > this.#options.mostWaiting) this.#leave();
  }

  /** A step of the room begins: lets out what it takes. */
  step(nowMs: number, stepMs: number): void {
    this.#dropRefused();
    if (this.size === 0) {
      if (this.#emptySteps === 0) this.#emptySinceMs = nowMs;
      this.#emptySteps += 1;
      if (this.#emptySteps <= this.#options.guessedSteps) this.#guesses += 1;
      return;
    }
    this.#makeUp(stepMs);
    for (let leaving = 1 + this.#extra(); leaving > 0 && this.size > 0; leaving--) {
      const isCounted = this.#counted > 0;
      const { arrivedAtMs } = this.#leave();
      if (!isCounted) this.#pace.add((nowMs - arrivedAtMs) / stepMs);
      this.#waitedMs += Math.max(0, nowMs - arrivedAtMs);
      this.#dropRefused();
    }
  }

  /** Once a second. @param isToldSo - whether the client hears of its error, and mends it by itself */
  judge(isToldSo: boolean, stepMs: number): PaceVerdict | null {
    const verdict = this.#pace.judge(stepMs);
    const surplus = verdict?.surplusSteps ?? 0;
    this.#patience = isToldSo ? MENDED_BY_CLIENT : 0;
    this.#surplus = surplus > this.#patience ? surplus : 0;
    return verdict;
  }

  takeReport(): PaceReport {
    const report = { inputs: this.#inputs, starvedSteps: this.#starved, waitedMs: this.#waitedMs };
    this.#inputs = 0;
    this.#starved = 0;
    this.#waitedMs = 0;
    return report;
  }

  /** Lets everything out. */
  flush(): void {
    while (this.size > 0) this.#leave();
  }

  /** If there was nothing for the steps before, and now there is too much, this is what those steps had wanted. */
  #makeUp(stepMs: number): void {
    const missed = this.#emptySteps + this.#carried;
    if (missed === 0) return;
    const late = Math.min(missed, this.size - 1);
    this.#starved += late;
    for (let i = 0; i < late; i++) {
      const { arrivedAtMs } = this.#waiting[this.#head + i] as ArrivedInput;
      this.#pace.add(Math.min(0, (this.#emptySinceMs - arrivedAtMs) / stepMs + i));
    }
    this.#counted = Math.max(this.#counted, late);
    this.#replaceGuessed(Math.min(late, this.#guesses));
    this.#carry(missed - late);
    this.#guesses = Math.min(this.#guesses, this.#carried);
    this.#emptySteps = 0;
  }

  /** A guess stood in for these, and has moved the player: they are acknowledged, and move him no more. */
  #replaceGuessed(count: number): void {
    this.#guesses -= count;
    for (let i = 0; i < count; i++) {
      const at = this.#head + i;
      this.#waiting[at] = { ...(this.#waiting[at] as ArrivedInput), frame: null };
    }
    this.#dropRefused();
  }

  #carry(stillMissed: number): void {
    if (this.#emptySteps > 0) this.#carriedFor = CARRIED_FOR_STEPS;
    else this.#carriedFor -= 1;
    this.#carried = this.#carriedFor > 0 && stillMissed <= MOST_CARRIED ? stillMissed : 0;
  }

  #extra(): number {
    const waiting = this.size - 1;
    const extra = Math.ceil(Math.max(0, waiting - this.#pace.depth - this.#patience) * CATCH_UP);
    if (extra > 0 || this.#surplus === 0 || waiting === 0) return extra;
    this.#surplus -= 1;
    return 1;
  }

  /** Lets out those at the head that take no step. */
  #dropRefused(): void {
    while (this.size > 0 && this.#waiting[this.#head]?.frame === null) this.#leave();
  }

  #leave(): ArrivedInput {
    const input = this.#waiting[this.#head] as ArrivedInput;
    this.#head += 1;
    if (this.#counted > 0) this.#counted -= 1;
    if (this.#head === this.#waiting.length || this.#head === COMPACT_AT) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    if (input.frame !== null) this.#inputs += 1;
    this.#release(input);
    return input;
  }
}
