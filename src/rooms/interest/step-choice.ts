import { CADENCES, IMPORTANCES, paceOf, RINGS, STEPS } from './pace.ts';
import { LEAST_CROWD_FLUSHES, type PendingFields } from './pending-fields.ts';

// Which step of pace.ts is for whom, by what it would cost on average; and how long the crowd's cadence must be for the last step to
// be within the budget of the fullest place.

/** Longest cadence of a crowd, in flushes: beyond, who is told at all is the game's decision. */
const MOST_CROWD_FLUSHES = 400;
/** The cadence becomes shorter again when so much of it would do. */
const SHORTER_FROM = 0.85;

export class StepChoice {
  readonly #pending: PendingFields;
  /** Bytes per flush, by importance, ring and cadence. */
  readonly #loads = new Float64Array(IMPORTANCES.length * RINGS * CADENCES);
  /** Cadence that the crowd needs by what was seen of it in this flush. */
  #neededFlushes = 0;
  #flushesSinceChange = 0;

  constructor(pending: PendingFields) {
    this.#pending = pending;
  }

  /** Once a flush: sets the cadence of the crowd by the last one. */
  settle(): void {
    const now = this.#pending.crowdFlushes;
    const needed = Math.max(
      LEAST_CROWD_FLUSHES,
      Math.min(MOST_CROWD_FLUSHES, Math.ceil(this.#neededFlushes)),
    );
    this.#neededFlushes = 0;
    // Everybody has had his turn before whose turn is when becomes another matter.
    if (++this.#flushesSinceChange < now) return;
    if (needed <= now && needed >= SHORTER_FROM * now) return;
    this.#pending.crowdFlushes = needed;
    this.#flushesSinceChange = 0;
  }

  begin(): void {
    this.#loads.fill(0);
  }

  weigh(importance: number, ring: number, cadence: number, bytes: number): void {
    const at = (importance * RINGS + ring) * CADENCES + cadence;
    this.#loads[at] = (this.#loads[at] as number) + bytes;
  }

  /**
   * The first step that fits.
   *
   * @param first - that may be chosen
   * @param isUsual - whether the crowd's cadence is to follow: not for the sake of one poor link
   */
  choose(first: number, bytesPerPatch: number, isUsual: boolean): number {
    const last = STEPS - 1;
    if (isUsual) {
      const needed =
        (this.#pending.crowdFlushes * this.#bytesAt(last)) / Math.max(1, bytesPerPatch);
      this.#neededFlushes = Math.max(this.#neededFlushes, needed);
    }
    let step = first;
    while (step < last && this.#bytesAt(step) > bytesPerPatch) step++;
    return step;
  }

  #bytesAt(step: number): number {
    let bytes = 0;
    for (let importance = 0; importance < IMPORTANCES.length; importance++) {
      const pace = paceOf(importance, step);
      for (let ring = 0; ring < RINGS; ring++) {
        bytes += this.#loads[
          (importance * RINGS + ring) * CADENCES + (pace[ring] as number)
        ] as number;
      }
    }
    return bytes;
  }
}
