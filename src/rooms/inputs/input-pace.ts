import { type Slack, SlackWindow } from './slack-window.ts';

// How many inputs of a client may wait, and how far its clock is off. Decided once a second, from the slack of its inputs: the
// time each had to spare when the step that wanted it ran.
//
//   slack:   late ◀── 0 ──▶ early
//            |·  ····|▒▒▒▒▒▒▒▒▒▒|
//              lowest (5 %)      highest      spread = target depth      lowest = what nobody would miss, or lack

/** Inputs that wait at most for late ones, in steps: what is later than that is not waited for. */
export const MOST_DEPTH = 6;
/** Before anything is known: two steps, as Unity's Netcode for Entities has it. */
const FIRST_DEPTH = 2;
/** Time that the lowest twentieth should have to spare, in steps: the middle of a client's frame of 60 Hz in steps of 20 Hz. */
const WANTED_SLACK = 0.3;
/** Nearer than this to what is wanted nothing is said, in steps. */
const GOOD_ENOUGH = 0.2;
/** Of fewer inputs in a window nothing is learned. */
const FEWEST_INPUTS = 8;
/** Share by which a depth that is not needed any more melts in a window; one that is needed counts at once. */
const MELTS = 0.25;
/** Windows of which the middle one counts: one bad second is no reason to change a clock. */
const WINDOWS = 3;

/** What a window has shown. */
export interface PaceVerdict {
  /** Steps that inputs come too late (positive) or too early; 0 when that is good enough. */
  readonly errorSteps: number;
  /** Whole steps that each input waits for nothing. */
  readonly surplusSteps: number;
}

/** Learns how unevenly one client's inputs come. */
export class InputPace {
  readonly #window = new SlackWindow();
  readonly #lowest: number[] = [];
  #target: number | null = null;

  /** Inputs that may wait behind the one that a step takes. */
  get depth(): number {
    const target = this.#target ?? FIRST_DEPTH;
    return Math.min(MOST_DEPTH, Math.round(target));
  }

  /** @param slackSteps - see {@link SlackWindow.add} */
  add(slackSteps: number): void {
    this.#window.add(slackSteps);
  }

  /** Once a second. Null when there was too little to judge by. */
  judge(): PaceVerdict | null {
    const isEnough = this.#window.count >= FEWEST_INPUTS;
    const slack = this.#window.take();
    if (slack === null || !isEnough) return null;
    this.#learn(slack);
    const errorSteps = this.#errorOf(slack);
    return {
      errorSteps: Math.abs(errorSteps) < GOOD_ENOUGH ? 0 : errorSteps,
      surplusSteps: Math.max(0, Math.floor(slack.lowest - WANTED_SLACK)),
    };
  }

  #learn({ lowest, spread }: Slack): void {
    if (this.#target === null) this.#target = spread;
    else if (spread > this.#target) this.#target = spread;
    else this.#target += (spread - this.#target) * MELTS;
    this.#lowest.push(lowest);
    if (this.#lowest.length > WINDOWS) this.#lowest.shift();
  }

  #errorOf({ lowest, spread }: Slack): number {
    const middle = [...this.#lowest].sort((a, b) => a - b)[this.#lowest.length >> 1] as number;
    const wanted = WANTED_SLACK - middle;
    // With the most that may wait in hand, being earlier still is no help.
    const helpful = Math.max(0, MOST_DEPTH - (lowest + spread));
    return Math.max(-MOST_DEPTH, Math.min(wanted, wanted > 0 ? helpful : wanted));
  }
}
