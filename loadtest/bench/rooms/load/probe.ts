import type { SightAges } from './sight-ages.ts';

/** Inputs remembered at once; at 20 Hz a probe may wait 200 s for an answer. */
const REMEMBERED_INPUTS = 4_096;

/** One probe's stopwatch: input number sent → the same number (or a later one) seen in the received state. */
export class Probe {
  /** Latencies of the window, ms. */
  readonly latenciesMs: number[] = [];
  /** Acks of inputs never sent, and frames that made no sense. */
  faults = 0;
  entitiesSeen = 0;
  statesSeen = 0;
  /** Where ages are measured. */
  readonly ages: SightAges | null;
  #isOn = false;
  readonly #sentAtMs = new Float64Array(REMEMBERED_INPUTS);
  #newestSent = -1;
  #newestSeen = -1;

  constructor(ages: SightAges | null = null) {
    this.ages = ages;
  }

  start(): void {
    this.latenciesMs.length = 0;
    this.faults = 0;
    this.entitiesSeen = 0;
    this.statesSeen = 0;
    this.#isOn = true;
  }

  stop(): void {
    this.#isOn = false;
  }

  sent(seq: number): void {
    this.#newestSent = seq;
    this.#sentAtMs[seq % REMEMBERED_INPUTS] = performance.now();
  }

  /** @param seq - newest input in the state just received; anything when no input was sent yet */
  seen(seq: number, entities: number): void {
    this.statesSeen++;
    this.entitiesSeen += entities;
    if (this.#newestSent < 0 || seq <= this.#newestSeen) return;
    if (seq > this.#newestSent) {
      this.faults++;
      return;
    }
    if (this.#isOn && this.#newestSeen >= 0) this.#record(seq);
    this.#newestSeen = seq;
  }

  #record(seq: number): void {
    const nowMs = performance.now();
    const oldest = Math.max(this.#newestSeen + 1, seq - REMEMBERED_INPUTS + 1);
    for (let each = oldest; each <= seq; each++) {
      this.latenciesMs.push(nowMs - (this.#sentAtMs[each % REMEMBERED_INPUTS] as number));
    }
  }
}
