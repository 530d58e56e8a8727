import { backOffMs } from '../../shared/back-off.ts';

export interface LinkLoopOptions {
  readonly onFailure?: (error: unknown) => void;
  /** Longest pause after failures, ms; 2000 when absent. */
  readonly longestBackOffMs?: number;
}

/**
 * A loop with an owner: does `round` again and again until it is stopped. A round that throws is followed by a pause that grows
 * with the failures in a row.
 */
export class LinkLoop {
  readonly #round: () => Promise<void>;
  readonly #options: LinkLoopOptions;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #isWoken = false;
  /** Ends the pause that is under way. */
  #endPause: (() => void) | undefined;
  #isWakeable = false;

  constructor(round: () => Promise<void>, options: LinkLoopOptions = {}) {
    this.#round = round;
    this.#options = options;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endPause?.();
    await this.#running;
  }

  /** For `ms`, or until `wake()` or `stop()`. A `wake()` since the last pause counts. */
  async pause(ms: number): Promise<void> {
    this.#isWakeable = true;
    if (!this.#isWoken) await this.#sleep(ms);
    this.#isWakeable = false;
    this.#isWoken = false;
  }

  /** Ends a pause, but for one after a failure. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isWakeable) this.#endPause?.();
  }

  async #run(): Promise<void> {
    const { onFailure = () => {}, longestBackOffMs: longestMs } = this.#options;
    let failures = 0;
    while (!this.#isStopping) {
      try {
        await this.#round();
        failures = 0;
      } catch (error) {
        failures++;
        if (this.#isStopping) return;
        onFailure(error);
        await this.#sleep(backOffMs(failures, Math.random(), { longestMs }));
      }
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isStopping) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms).unref();
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
    this.#endPause = undefined;
  }
}
