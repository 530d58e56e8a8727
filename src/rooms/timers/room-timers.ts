/**
 * Timers that outlive their process. They are named, and kept as deadlines on the room's clock: a room that comes back on
 * another node after a second fires them when they were due, not a whole interval later.
 *
 * @example
 * override onCreate() {
 *   this.timers.on('round-ends', () => this.endRound());
 *   if (!this.isRestored) this.timers.start('round-ends', 60_000);
 * }
 */
export class RoomTimers {
  readonly #roomMs: () => number;
  readonly #wake: () => void;
  readonly #handlers = new Map<string, () => void>();
  readonly #dueMs = new Map<string, number>();
  #isChanged = false;

  /**
   * @param roomMs - the room's clock, ms since it was made
   * @param wake - called when a timer starts, so that an idle room has a clock that runs
   */
  constructor(roomMs: () => number, wake: () => void) {
    this.#roomMs = roomMs;
    this.#wake = wake;
  }

  /** What `name` does when it is due; set it in `onCreate`, also of a restored room. */
  on(name: string, handler: () => void): void {
    this.#handlers.set(name, handler);
  }

  /**
   * Runs `name` once, `inMs` from now; a running timer of that name starts anew.
   *
   * @throws {RangeError} when nobody listens to that name, or `inMs` is no duration
   */
  start(name: string, inMs: number): void {
    if (!this.#handlers.has(name)) {
      throw new RangeError(`Nothing is set for timer "${name}": call timers.on() first.`);
    }
    if (!(inMs >= 0) || inMs === Number.POSITIVE_INFINITY) {
      throw new RangeError(`A timer runs for 0 ms or more, not ${inMs}.`);
    }
    this.#wake();
    this.#dueMs.set(name, this.#roomMs() + inMs);
    this.#isChanged = true;
  }

  stop(name: string): void {
    if (this.#dueMs.delete(name)) this.#isChanged = true;
  }

  /** Time until `name` is due, ms; null when it does not run. */
  remainingMs(name: string): number | null {
    const dueMs = this.#dueMs.get(name);
    return dueMs === undefined ? null : Math.max(0, dueMs - this.#roomMs());
  }

  /** Whether any timer runs. */
  get isRunning(): boolean {
    return this.#dueMs.size > 0;
  }

  /** Runs what is due, earliest first. @param fault - takes what a handler throws */
  tick(fault: (error: unknown) => void): void {
    if (this.#dueMs.size === 0) return;
    const nowMs = this.#roomMs();
    const due = [...this.#dueMs].filter(([, dueMs]) => dueMs <= nowMs).sort((a, b) => a[1] - b[1]);
    for (const [name, dueMs] of due) {
      // A handler before it may have stopped or restarted it.
      if (this.#dueMs.get(name) !== dueMs) continue;
      this.#dueMs.delete(name);
      this.#isChanged = true;
      try {
        const running: unknown = this.#handlers.get(name)?.();
        if (running instanceof Promise) running.catch(fault);
      } catch (error) {
        fault(error);
      }
    }
  }

  /** Deadlines by name, when they changed since the last call. */
  takeChanges(): Readonly<Record<string, number>> | null {
    if (!this.#isChanged) return null;
    return this.snapshot();
  }

  snapshot(): Readonly<Record<string, number>> {
    this.#isChanged = false;
    return Object.fromEntries(this.#dueMs);
  }

  /** The deadlines of a room that comes back; what it started anew in `onCreate` is replaced. */
  load(deadlines: Readonly<Record<string, number>>): void {
    this.#dueMs.clear();
    for (const [name, dueMs] of Object.entries(deadlines)) this.#dueMs.set(name, dueMs);
  }
}
