// What a room leaves out when its turns take too long. Nothing that is critical: with each step, everybody's cadences are one step slower
// (interest/pace.ts), what is far first.
//
//   10 turns in a row over 80 % of the interval ──▶ one step more
//   100 turns in a row under 60 %               ──▶ one step less
//
// Up within half a second at 20 Hz, as steps that cannot be made are dropped soon (RoomLoop); down ten times slower, or a room at its
// limit would flicker.

/** 0: everything; the more, the less. */
export type OverloadStep = 0 | 1 | 2 | 3 | 4;

const LAST_STEP = 4;
const HIGH_SHARE = 0.8;
const HIGH_TURNS = 10;
const LOW_SHARE = 0.6;
const LOW_TURNS = 100;

/** Decides on the step of one room from how long its turns take. */
export class OverloadPolicy {
  #step: OverloadStep = 0;
  #highTurns = 0;
  #lowTurns = 0;

  get step(): OverloadStep {
    return this.#step;
  }

  /**
   * One turn of the loop: step and flush.
   *
   * @param tookMs - time spent
   * @param everyMs - time between turns
   * @returns whether there is another step now
   */
  turn(tookMs: number, everyMs: number): boolean {
    this.#highTurns = tookMs > HIGH_SHARE * everyMs ? this.#highTurns + 1 : 0;
    this.#lowTurns = tookMs < LOW_SHARE * everyMs ? this.#lowTurns + 1 : 0;
    if (this.#highTurns >= HIGH_TURNS) return this.#move(1);
    return this.#lowTurns >= LOW_TURNS && this.#move(-1);
  }

  #move(by: 1 | -1): boolean {
    this.#highTurns = 0;
    this.#lowTurns = 0;
    const step = Math.min(LAST_STEP, Math.max(0, this.#step + by)) as OverloadStep;
    const hasMoved = step !== this.#step;
    this.#step = step;
    return hasMoved;
  }
}
