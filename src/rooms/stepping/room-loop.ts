import type { StepContext } from '@colyseus/core';
import type { Scheduled, Stepped, StepScheduler } from './step-scheduler.ts';

// The heartbeat of one room. The patch leaves at the end of a step, never on a timer of its own: two timers that know
// nothing of each other add half a patch interval of waiting, 25 ms in the mean at 20 Hz (docs/spec/rooms.md, RM-7).
//
//   fixed step:     due ──▶ step, step(late), … ──▶ flush
//   timestep:       due ──▶ callback(measured ms) ──▶ flush when the patch interval has passed
//   neither:        due ──▶ flush

/** What the loop needs of its room. */
export interface LoopHost {
  /** Advances the room's clock and runs its due timers. */
  tickClock(): void;
  /** Whether the room stands still: no step, no flush, no timer. What was missed is not made up for. */
  isFrozen(): boolean;
  /** Whether the loop may park until it is started again: nobody is in the room and no timer waits. */
  isIdle(): boolean;
  measuredStepMs(): number;
  flush(): void;
  /** An exception of the game's code, or of encoding its state. */
  fault(error: unknown, where: string): void;
  /** Once per turn (steps and flush). @param hasFailed - whether there was a fault since the turn before */
  turnEnded(hasFailed: boolean): void;
  ran(seconds: number): void;
  skippedSteps(count: number): void;
}

type Mode =
  | { readonly kind: 'flush-only' }
  | { readonly kind: 'measured'; readonly run: (deltaMs: number) => void; readonly everyMs: number }
  | { readonly kind: 'fixed'; readonly run: (ctx: StepContext) => void; readonly stepMs: number };

type MutableStepContext = { -readonly [K in keyof StepContext]: StepContext[K] };

/** Colyseus' default patch interval, for rooms without a fixed step. */
const DEFAULT_PATCH_MS = 50;
/** Rooms that patch by hand and have no loop still need their timers run (as stock Colyseus does). */
const CLOCK_ONLY_MS = 16;
/** Steps run at once after a hitch; the rest is dropped, or a slow room would fall behind for ever. */
const MAX_STEPS_AT_ONCE = 5;

/** Runs one room's steps and flushes from the node's scheduler. */
export class RoomLoop implements Stepped {
  readonly #scheduler: StepScheduler;
  readonly #host: LoopHost;
  #mode: Mode = { kind: 'flush-only' };
  #patchRateMs: number | null;
  #lastFlushMs = 0;
  #scheduled: Scheduled | undefined;
  #context: MutableStepContext | undefined;
  #hasFailed = false;
  #hasLastTurnFailed = false;
  #isInTurn = false;
  /** Left the scheduler because there was nothing to do; 2000 empty rooms then cost no wake-up at all. */
  #isParked = false;

  /** @param patchRateMs - 0: with each fixed step; null: never by itself */
  constructor(scheduler: StepScheduler, host: LoopHost, patchRateMs: number | null) {
    this.#scheduler = scheduler;
    this.#host = host;
    this.#patchRateMs = patchRateMs;
  }

  /** The interval at which patches leave, in ms; null when the room sends them by hand. */
  get effectivePatchRateMs(): number | null {
    if (this.#patchRateMs === null) return null;
    const stepMs = this.#mode.kind === 'fixed' ? this.#mode.stepMs : 0;
    if (this.#patchRateMs > 0) return Math.max(this.#patchRateMs, stepMs);
    return this.#mode.kind === 'fixed' ? stepMs : DEFAULT_PATCH_MS;
  }

  setPatchRate(patchRateMs: number | null): void {
    this.#patchRateMs = patchRateMs;
    if (this.#scheduled && this.#mode.kind === 'flush-only') this.start();
  }

  /** Starts, or starts again with the current mode. */
  start(): void {
    this.#isParked = false;
    this.#scheduled?.cancel();
    this.#scheduled = this.#scheduler.add(this, this.#intervalMs());
  }

  stop(): void {
    this.#scheduled?.cancel();
    this.#scheduled = undefined;
    this.#isParked = false;
  }

  /** Whether something of the present turn has failed; between turns, of the last one. */
  get hasFailed(): boolean {
    return this.#hasFailed || (!this.#isInTurn && this.#hasLastTurnFailed);
  }

  /** Time between two turns, ms. */
  get intervalMs(): number {
    return this.#intervalMs();
  }

  /** Whether the loop waits to be started again because there was nothing to do. */
  get isParked(): boolean {
    return this.#isParked;
  }

  /** @param everyMs - wanted interval; the callback gets what was measured */
  runMeasured(run: (deltaMs: number) => void, everyMs: number): void {
    this.#mode = { kind: 'measured', run, everyMs };
    if (this.#scheduled) this.start();
  }

  runFixed(run: (ctx: StepContext) => void, tickRateHz: number, subSteps: number): void {
    const dtMs = 1_000 / tickRateHz;
    // The same expressions as the client's, so that both integrate with bit-equal steps.
    const dt = 1 / tickRateHz;
    this.#context = {
      dt,
      dtMs,
      tick: 0,
      subSteps,
      subDt: dt / subSteps,
      subDtMs: dtMs / subSteps,
    };
    this.#mode = { kind: 'fixed', run, stepMs: dtMs };
    if (this.#scheduled) this.start();
  }

  step(nowMs: number, dueMs: number): number {
    const intervalMs = this.#intervalMs();
    if (this.#host.isFrozen()) return nowMs + intervalMs;
    if (this.#mode.kind === 'flush-only' && this.#host.isIdle()) {
      this.#isParked = true;
      return Number.POSITIVE_INFINITY;
    }
    this.#isInTurn = true;
    try {
      this.#host.tickClock();
    } catch (error) {
      this.#fault(error, 'clock');
    }
    const missed = Math.max(0, Math.floor((nowMs - dueMs) / intervalMs));
    this.#runMode(missed);
    if (this.#isFlushDue(nowMs)) this.#flush(nowMs);
    this.#endTurn();
    this.#host.ran((performance.now() - nowMs) / 1_000);
    return dueMs + (missed + 1) * intervalMs;
  }

  #runMode(missedSteps: number): void {
    const mode = this.#mode;
    if (mode.kind === 'measured') {
      this.#guarded(() => mode.run(this.#host.measuredStepMs()), 'setTimestep');
    } else if (mode.kind === 'fixed') {
      const context = this.#context as MutableStepContext;
      const steps = Math.min(missedSteps + 1, MAX_STEPS_AT_ONCE);
      for (let i = 0; i < steps; i++) {
        this.#guarded(() => mode.run(context), 'setFixedTimestep');
        context.tick++;
      }
      if (missedSteps >= steps) this.#host.skippedSteps(missedSteps + 1 - steps);
    }
  }

  #isFlushDue(nowMs: number): boolean {
    const everyMs = this.effectivePatchRateMs;
    if (everyMs === null) return false;
    if (this.#mode.kind === 'flush-only') return true;
    // Half a step early is closer to the wanted interval than half a step late.
    return nowMs - this.#lastFlushMs >= everyMs - this.#intervalMs() / 2;
  }

  #flush(nowMs: number): void {
    this.#lastFlushMs = nowMs;
    this.#guarded(() => this.#host.flush(), 'patch');
  }

  #guarded(run: () => unknown, where: string): void {
    try {
      const running = run();
      // Nobody else holds the promise of an async step; its rejection would end the process.
      if (running instanceof Promise) {
        running.catch((error: unknown) => this.#fault(error, where));
      }
    } catch (error) {
      this.#fault(error, where);
    }
  }

  #fault(error: unknown, where: string): void {
    this.#hasFailed = true;
    this.#host.fault(error, where);
  }

  #endTurn(): void {
    const hasFailed = this.#hasFailed;
    this.#hasFailed = false;
    this.#hasLastTurnFailed = hasFailed;
    this.#isInTurn = false;
    this.#host.turnEnded(hasFailed);
  }

  #intervalMs(): number {
    switch (this.#mode.kind) {
      case 'fixed':
        return this.#mode.stepMs;
      case 'measured':
        return this.#mode.everyMs;
      case 'flush-only':
        return this.effectivePatchRateMs ?? CLOCK_ONLY_MS;
    }
  }
}
