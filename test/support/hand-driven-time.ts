import { vi } from 'vitest';

interface HandTimer {
  readonly run: () => void;
  readonly dueMs: number;
  readonly isImmediate: boolean;
}

/**
 * Takes the place of `performance.now`, `setTimeout`, `setImmediate` and what clears them until it is disposed: time moves when the
 * test says so. Unlike Vitest's fake timers it can also stall, which is time that passes while no timer runs.
 */
export class HandDrivenTime implements Disposable {
  nowMs: number;
  /** Timers that have run so far. */
  wakeUps = 0;
  /** Immediates that have. */
  turns = 0;
  readonly #timers = new Set<HandTimer>();
  readonly #spies: readonly Disposable[];

  constructor(startMs = 10_000) {
    this.nowMs = startMs;
    const set = (run: () => void, afterMs = 0) => {
      // As Node's timers: whole milliseconds, at least one.
      const timer = { run, dueMs: this.nowMs + Math.max(1, Math.trunc(afterMs)) };
      return this.#add({ ...timer, isImmediate: false });
    };
    const setNow = (run: () => void) => this.#add({ run, dueMs: this.nowMs, isImmediate: true });
    const clear = (timer: unknown) => this.#timers.delete(timer as HandTimer);
    this.#spies = [
      vi.spyOn(performance, 'now').mockImplementation(() => this.nowMs),
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(set as never),
      vi.spyOn(globalThis, 'clearTimeout').mockImplementation(clear as never),
      vi.spyOn(globalThis, 'setImmediate').mockImplementation(setNow as never),
      vi.spyOn(globalThis, 'clearImmediate').mockImplementation(clear as never),
    ];
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass and runs every timer at its time. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      if (next.isImmediate) this.turns++;
      else this.wakeUps++;
      next.run();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Lets `ms` pass while the event loop does not turn. */
  stall(ms: number): void {
    this.nowMs += ms;
  }

  [Symbol.dispose](): void {
    for (const spy of this.#spies) spy[Symbol.dispose]();
  }

  #add(timer: HandTimer): HandTimer {
    this.#timers.add(timer);
    return timer;
  }

  #next(untilMs: number): HandTimer | undefined {
    const due = [...this.#timers].filter((timer) => timer.dueMs <= untilMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
