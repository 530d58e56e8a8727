import { within } from '../shared/within.ts';

/** Runs a round, then the next one after the pause that the round asks for; one at a time. Rounds must not throw. */
export class LoopTimer {
  readonly #round: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = true;

  /** @param round - resolves to the pause until the next one, ms */
  constructor(round: () => Promise<number>) {
    this.#round = round;
  }

  start(): void {
    this.#isStopped = false;
    this.#next(0);
  }

  /** No round begins any more. @returns false when the one under way is not over within that time, and may never be */
  async stop(withinMs: number): Promise<boolean> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return (await within(this.#running ?? Promise.resolve(), withinMs)) !== 'late';
  }

  #next(inMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#round().then((pauseMs) => this.#next(pauseMs));
    }, inMs);
    this.#timer.unref();
  }
}
