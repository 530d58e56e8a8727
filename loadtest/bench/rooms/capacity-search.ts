// Finds the most players a server holds, from runs that either pass or fail and sometimes lie (the machine is shared).
//
//   bracket: likely ─pass─▶ × 1.3 ─pass─▶ × 1.3 … ─fail─▶ [best pass, first fail]
//                   └fail─▶ × 0.7 …
//   bisect:  until the bracket is one step wide; a failed count gets a second try
//   confirm: 2 of 3 at the best count; if they do not agree, one step down

export const STEP_PLAYERS = 50;
const GROW = 1.3;
const SHRINK = 0.7;
const BISECT_TRIES = 2;
const CONFIRM_RUNS = 3;
const CONFIRM_PASSES = 2;

/** Where a search stands: the next count to try, or its result. */
export type SearchStep =
  | { readonly kind: 'try'; readonly players: number }
  /** 0: not even one step of players passes. */
  | {
      readonly kind: 'found';
      readonly players: number;
      readonly passes: number;
      readonly of: number;
    };

interface Tally {
  passes: number;
  fails: number;
}

export class CapacitySearch {
  readonly #tallies = new Map<number, Tally>();
  readonly #limit: number;
  /** Most players believed to pass; 0: none yet. */
  #low = 0;
  /** Fewest players believed to fail. */
  #high = Number.POSITIVE_INFINITY;
  #next: number;

  /** @param limit - never tries more players than this */
  constructor(likelyPlayers: number, limit = 5_000) {
    this.#limit = toStep(limit);
    this.#next = Math.min(this.#limit, toStep(likelyPlayers));
  }

  step(): SearchStep {
    if (this.#next >= STEP_PLAYERS) return { kind: 'try', players: this.#next };
    const { passes, fails } = this.#tally(this.#low);
    return { kind: 'found', players: this.#low, passes, of: passes + fails };
  }

  /** Tells how the run at `step().players` went. */
  report(hasPassed: boolean): void {
    const tally = this.#tally(this.#next);
    if (hasPassed) tally.passes++;
    else tally.fails++;
    this.#next = this.#decide(this.#next, hasPassed);
  }

  #decide(players: number, hasPassed: boolean): number {
    if (this.#isNarrow()) return this.#confirm();
    if (hasPassed) this.#low = Math.max(this.#low, players);
    else if (this.#tally(players).fails < BISECT_TRIES) return players;
    else this.#high = Math.min(this.#high, players);

    if (this.#isNarrow()) return this.#confirm();
    if (this.#high === Number.POSITIVE_INFINITY)
      return Math.min(this.#limit, Math.max(this.#low + STEP_PLAYERS, toStep(this.#low * GROW)));
    if (this.#low === 0) return Math.min(this.#high - STEP_PLAYERS, toStep(this.#high * SHRINK));
    return toStep((this.#low + this.#high) / 2);
  }

  #isNarrow(): boolean {
    return this.#high - this.#low <= STEP_PLAYERS || this.#low === this.#limit;
  }

  /** The next count to confirm, or 0 when the best one is confirmed. */
  #confirm(): number {
    while (this.#low >= STEP_PLAYERS) {
      const { passes, fails } = this.#tally(this.#low);
      if (passes >= CONFIRM_PASSES && passes > fails) return 0;
      if (passes + fails < CONFIRM_RUNS) return this.#low;
      this.#high = this.#low;
      this.#low -= STEP_PLAYERS;
    }
    return 0;
  }

  #tally(players: number): Tally {
    let tally = this.#tallies.get(players);
    if (tally === undefined) {
      tally = { passes: 0, fails: 0 };
      this.#tallies.set(players, tally);
    }
    return tally;
  }
}

/** The nearest multiple of the step, at least one step. */
function toStep(players: number): number {
  return Math.max(STEP_PLAYERS, Math.round(players / STEP_PLAYERS) * STEP_PLAYERS);
}
