/**
 * Decides when the main thread hangs, from its beats.
 *
 * A process that was stopped as a whole (SIGSTOP, a paused machine) does not hang: the watcher notices that it did not run
 * either, and the main thread gets the whole time again.
 */
export class HangWatch {
  readonly #hangMs: number;
  readonly #napMs: number;
  #lookedAtMs: number;
  #awakeSinceMs: number;

  /** @param options.napMs - a gap between two looks that says the watcher itself was stopped */
  constructor(options: { readonly hangMs: number; readonly napMs: number }, nowMs: number) {
    this.#hangMs = options.hangMs;
    this.#napMs = options.napMs;
    this.#lookedAtMs = nowMs;
    this.#awakeSinceMs = nowMs;
  }

  /** To be called steadily. @returns whether the main thread hangs */
  look(nowMs: number, lastBeatMs: number): boolean {
    if (nowMs - this.#lookedAtMs > this.#napMs) this.#awakeSinceMs = nowMs;
    this.#lookedAtMs = nowMs;
    return nowMs - Math.max(lastBeatMs, this.#awakeSinceMs) > this.#hangMs;
  }
}
