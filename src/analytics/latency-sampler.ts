import type { Clock } from '../shared/clock.ts';

/** A client's figure is one of many: one in half a minute tells how he fares. */
const EACH_EVERY_MS = 30_000;
/** Samples of one node in a second, whoever they are of. */
const MOST_PER_SECOND = 20;

/** Picks the latencies that become events. */
export class LatencySampler {
  readonly #clock: Clock;
  readonly #takenAtMs = new WeakMap<object, number>();
  #secondBeganAtMs = Number.NEGATIVE_INFINITY;
  #takenInSecond = 0;

  constructor(deps: { readonly clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Whether the figure that was just measured for `client` shall be recorded. */
  takes(client: object): boolean {
    const nowMs = this.#clock.monotonicMs();
    const lastMs = this.#takenAtMs.get(client) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs < EACH_EVERY_MS) return false;
    if (nowMs - this.#secondBeganAtMs >= 1_000) {
      this.#secondBeganAtMs = nowMs;
      this.#takenInSecond = 0;
    }
    if (this.#takenInSecond >= MOST_PER_SECOND) return false;
    this.#takenInSecond += 1;
    this.#takenAtMs.set(client, nowMs);
    return true;
  }
}
