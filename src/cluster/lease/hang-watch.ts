/** Times `hangMs` that a node may block before players can come: it loads its code, on a busy machine beside all its neighbours. */
const STARTING_PATIENCE = 10;

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
  #patience = STARTING_PATIENCE;

  /** @param options.napMs - a gap between two looks that says the watcher itself was stopped */
  constructor(options: { readonly hangMs: number; readonly napMs: number }, nowMs: number) {
    this.#hangMs = options.hangMs;
    this.#napMs = options.napMs;
    this.#lookedAtMs = nowMs;
    this.#awakeSinceMs = nowMs;
  }

  /** Players can come: from now on others are waiting to take over. */
  serves(): void {
    this.#patience = 1;
  }

  /** To be called steadily. @returns whether the main thread hangs */
  look(nowMs: number, lastBeatMs: number): boolean {
    if (nowMs - this.#lookedAtMs > this.#napMs) this.#awakeSinceMs = nowMs;
    this.#lookedAtMs = nowMs;
    return nowMs - Math.max(lastBeatMs, this.#awakeSinceMs) > this.#hangMs * this.#patience;
  }
}
