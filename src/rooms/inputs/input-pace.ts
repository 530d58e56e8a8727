import { type Slack, SlackWindow } from './slack-window.ts';

// How many inputs of a client may wait, and how far its clock is off. Decided once a second, from the slack of its inputs: the
// time each had to spare when the step that wanted it ran.
//
//   slack:   late ◀── 0 ──▶ early
//            |·  ····|▒▒▒▒▒▒▒▒▒▒|
//              lowest (5 %)      highest      spread = target depth      lowest = what nobody would miss, or lack

/** Inputs that wait at most for late ones, in steps and in time: what is later than that is not waited for. */
const MOST_DEPTH = 6;
const MOST_WAIT_MS = 150;
/** Before anything is known: two steps, as Unity's Netcode for Entities has it. */
const FIRST_DEPTH = 2;
/** Time that the lowest twentieth should have to spare, in steps: the middle of a client's frame of 60 Hz in steps of 20 Hz. */
const WANTED_SLACK = 0.3;
/** Nearer than this to what is wanted nothing is said, in steps. */
const GOOD_ENOUGH = 0.2;
/** Of fewer inputs in a window nothing is learned. */
const FEWEST_INPUTS = 8;
/** Share by which a depth that is not needed any more melts in a window; one that is needed counts at once. */
const MELTS = 0.15;
/** Windows of which the middle one says who is late: one bad second is no reason to hurry. */
const WINDOWS_TO_HURRY = 3;
/** Windows of which the worst one says who is early: links that lose segments do so every few seconds. */
const WINDOWS_TO_SLOW = 5;

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
  #mostDepth = MOST_DEPTH;

  /** Inputs that may wait behind the one that a step takes. */
  get depth(): number {
    const target = this.#target ?? FIRST_DEPTH;
    return Math.round(target);
  }

  /** @param slackSteps - see {@link SlackWindow.add} */
  add(slackSteps: number): void {
    this.#window.add(slackSteps);
  }

  /** Once a second, in a room of such steps. Null when there was too little to judge by. */
  judge(stepMs: number): PaceVerdict | null {
    this.#mostDepth = Math.min(MOST_DEPTH, Math.floor(MOST_WAIT_MS / stepMs));
    const isEnough = this.#window.count >= FEWEST_INPUTS;
    const slack = this.#window.take();
    if (slack === null || !isEnough) return null;
    this.#learn(slack);
    const errorSteps = this.#errorOf(slack);
    return {
      errorSteps: Math.abs(errorSteps) < GOOD_ENOUGH ? 0 : errorSteps,
      surplusSteps: Math.max(0, Math.floor(-errorSteps)),
    };
  }

  #learn({ lowest, spread }: Slack): void {
    const wanted = Math.min(this.#mostDepth, spread);
    if (this.#target === null || wanted > this.#target) this.#target = wanted;
    else this.#target += (wanted - this.#target) * MELTS;
    this.#lowest.push(lowest);
    if (this.#lowest.length > WINDOWS_TO_SLOW) this.#lowest.shift();
  }

  #errorOf({ lowest, spread }: Slack): number {
    const spare = Math.min(...this.#lowest) - WANTED_SLACK;
    if (spare > 0) return -Math.min(spare, MOST_DEPTH);
    const newest = this.#lowest.slice(-WINDOWS_TO_HURRY).sort((a, b) => a - b);
    const lacking = WANTED_SLACK - (newest[newest.length >> 1] as number);
    // With the most that may wait in hand, being earlier still is no help.
    const helpful = Math.max(0, this.#mostDepth - (lowest + spread));
    return Math.max(0, Math.min(lacking, helpful));
  }
}
