/** What lies beyond the outermost is counted there. */
const BINS_PER_STEP = 8;
const MOST_STEPS = 8;
const BINS = 2 * MOST_STEPS * BINS_PER_STEP;
/** Of the inputs of a window, this many may come too late. */
const LATE_RATIO = 0.03;

/** How much time inputs had to spare, over some time. In steps; below zero they came too late. */
export interface Slack {
  /** Of the three in a hundred that had the least. */
  readonly lowest: number;
  /** Between those, and the one that had the most: as much has to wait for the late ones to be in time. */
  readonly spread: number;
}

/** Slack of the inputs of one client, counted in bins: adding one costs nothing worth mentioning. */
export class SlackWindow {
  readonly #bins = new Uint16Array(BINS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param steps - time between an input's arrival and the step that wanted it; below zero when it came after it */
  add(steps: number): void {
    const bin = Math.floor((steps + MOST_STEPS) * BINS_PER_STEP);
    const index = Math.max(0, Math.min(BINS - 1, bin));
    this.#bins[index] = (this.#bins[index] as number) + 1;
    this.#count += 1;
  }

  /** What was counted since the last call; null when nothing was. */
  take(): Slack | null {
    if (this.#count === 0) return null;
    const lowest = stepsOf(this.#binAt(Math.floor(this.#count * LATE_RATIO)));
    const highest = stepsOf(this.#binAt(this.#count - 1));
    this.#bins.fill(0);
    this.#count = 0;
    return { lowest, spread: highest - lowest };
  }

  /** The bin of the sample that has `rank` others before it. */
  #binAt(rank: number): number {
    let passed = 0;
    for (let bin = 0; bin < BINS; bin++) {
      passed += this.#bins[bin] as number;
      if (passed > rank) return bin;
    }
    return BINS - 1;
  }
}

/** The middle of a bin. */
function stepsOf(bin: number): number {
  return (bin + 0.5) / BINS_PER_STEP - MOST_STEPS;
}
