import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LoopHost, RoomLoop } from './room-loop.ts';
import type { Stepped, StepScheduler } from './step-scheduler.ts';

/** The scheduler and the room in one hand: each turn is called for, at the time the test says. */
class Hand {
  readonly events: string[] = [];
  readonly faults: string[] = [];
  readonly failedTurns: boolean[] = [];
  skipped = 0;
  isIdle = false;
  isFrozen = false;
  onFlush: () => void = () => {};
  onClock: () => void = () => {};
  readonly loop: RoomLoop;
  readonly intervalsMs: number[] = [];
  cancelled = 0;
  #stepped: Stepped | undefined;

  constructor(patchRateMs: number | null = 0) {
    const scheduler = {
      add: (stepped: Stepped, intervalMs: number) => {
        this.#stepped = stepped;
        this.intervalsMs.push(intervalMs);
        return { cancel: () => this.cancelled++ };
      },
    } as unknown as StepScheduler;
    const host: LoopHost = {
      tickClock: () => {
        this.events.push('clock');
        this.onClock();
      },
      isFrozen: () => this.isFrozen,
      isIdle: () => this.isIdle,
      measuredStepMs: () => 51,
      flush: () => {
        this.events.push('flush');
        this.onFlush();
      },
      fault: (error, where) => void this.faults.push(`${where}: ${(error as Error).message}`),
      turnEnded: (hasFailed) => void this.failedTurns.push(hasFailed),
      ran: () => {},
      skippedSteps: (count) => {
        this.skipped += count;
      },
    };
    this.loop = new RoomLoop(scheduler, host, patchRateMs);
  }

  /** One turn. @returns when the loop wants the next */
  turn(nowMs: number, dueMs = nowMs): number {
    if (this.#stepped === undefined) throw new Error('The loop was not started.');
    return this.#stepped.step(nowMs, dueMs);
  }

  /** The events of one turn. */
  eventsOf(nowMs: number, dueMs = nowMs): readonly string[] {
    this.events.length = 0;
    this.turn(nowMs, dueMs);
    return [...this.events];
  }
}

function fixed(patchRateMs: number | null = 0): Hand {
  const hand = new Hand(patchRateMs);
  hand.loop.runFixed(() => void hand.events.push('step'), 20, 1);
  hand.loop.start();
  return hand;
}

describe('[RM-7] RoomLoop with a fixed step', () => {
  test('each turn: clock, step, flush', () => {
    const hand = fixed();
    expect(hand.intervalsMs).toEqual([50]);
    expect(hand.eventsOf(1_000)).toEqual(['clock', 'step', 'flush']);
    expect(hand.turn(1_050)).toBe(1_100);
  });

  test('the context counts steps and holds the same numbers as the client’s', () => {
    const hand = new Hand();
    const seen: unknown[] = [];
    hand.loop.runFixed((context) => void seen.push({ ...context }), 30, 3);
    hand.loop.start();
    hand.turn(1_000);
    hand.turn(1_034);
    const dt = 1 / 30;
    const dtMs = 1_000 / 30;
    const numbers = { dt, dtMs, subSteps: 3, subDt: dt / 3, subDtMs: dtMs / 3 };
    expect(seen).toEqual([
      { ...numbers, tick: 0 },
      { ...numbers, tick: 1 },
    ]);
  });

  test.each([
    { lateMs: 0, steps: 1, skipped: 0 },
    { lateMs: 49, steps: 1, skipped: 0 },
    { lateMs: 50, steps: 2, skipped: 0 },
    { lateMs: 200, steps: 5, skipped: 0 },
    { lateMs: 1_000, steps: 5, skipped: 16 },
  ])('$lateMs ms late: $steps steps, $skipped left out, one flush, and the same beat', (row) => {
    const hand = fixed();
    const dueMs = 1_000;
    const nextMs = hand.turn(dueMs + row.lateMs, dueMs);
    const steps = hand.events.filter((event) => event === 'step').length;
    const flushes = hand.events.filter((event) => event === 'flush').length;
    expect({ steps, flushes, skipped: hand.skipped }).toEqual({
      steps: row.steps,
      flushes: 1,
      skipped: row.skipped,
    });
    expect(nextMs).toBeGreaterThan(dueMs + row.lateMs);
    expect((nextMs - dueMs) % 50).toBe(0);
  });

  test('a patch interval is met to the nearest step', () => {
    const hand = fixed(100);
    const flushedAtMs = [];
    for (let nowMs = 1_000; nowMs <= 1_500; nowMs += 50) {
      if (hand.eventsOf(nowMs).includes('flush')) flushedAtMs.push(nowMs);
    }
    expect(flushedAtMs).toEqual([1_000, 1_100, 1_200, 1_300, 1_400, 1_500]);
  });

  test('null flushes never by itself', () => {
    expect(fixed(null).eventsOf(1_000)).toEqual(['clock', 'step']);
  });

  test.each([
    { patchRateMs: 0, effectiveMs: 50 },
    { patchRateMs: 20, effectiveMs: 50 },
    { patchRateMs: 100, effectiveMs: 100 },
    { patchRateMs: null, effectiveMs: null },
  ])('a rate of $patchRateMs is $effectiveMs in truth', ({ patchRateMs, effectiveMs }) => {
    expect(fixed(patchRateMs).loop.effectivePatchRateMs).toBe(effectiveMs);
  });
});

describe('RoomLoop without a fixed step', () => {
  test('a timestep gets the measured time; the patch leaves at the end of the turn that is nearest', () => {
    const hand = new Hand(50);
    hand.loop.runMeasured((deltaMs) => void hand.events.push(`step ${deltaMs}`), 25);
    hand.loop.start();
    expect(hand.eventsOf(1_000)).toEqual(['clock', 'step 51', 'flush']);
    expect(hand.eventsOf(1_025)).toEqual(['clock', 'step 51']);
    expect(hand.eventsOf(1_050)).toEqual(['clock', 'step 51', 'flush']);
  });

  test('neither: every 50 ms a flush; nobody there: parked until it is started again', () => {
    const hand = new Hand();
    hand.loop.start();
    expect(hand.intervalsMs).toEqual([50]);
    expect(hand.eventsOf(1_000)).toEqual(['clock', 'flush']);
    hand.isIdle = true;
    expect(hand.turn(1_050)).toBe(Number.POSITIVE_INFINITY);
    expect(hand.loop.isParked).toBe(true);
    hand.isIdle = false;
    hand.loop.start();
    expect(hand.loop.isParked).toBe(false);
    expect(hand.eventsOf(9_000)).toEqual(['clock', 'flush']);
  });

  test('a room with a step is never idle', () => {
    const hand = fixed();
    hand.isIdle = true;
    expect(hand.eventsOf(1_000)).toContain('step');
  });

  test('patches by hand and no step: the clock still runs', () => {
    const hand = new Hand(null);
    hand.loop.start();
    expect(hand.intervalsMs).toEqual([16]);
    expect(hand.eventsOf(1_000)).toEqual(['clock']);
  });

  test('a change of rate or mode takes the place of what ran before', () => {
    const hand = new Hand();
    hand.loop.start();
    hand.loop.setPatchRate(20);
    hand.loop.runFixed(() => {}, 10, 1);
    expect(hand.intervalsMs).toEqual([50, 20, 100]);
    expect(hand.cancelled).toBe(2);
    hand.loop.stop();
    expect(hand.cancelled).toBe(3);
  });
});

describe('[RM-9] [RM-10] RoomLoop and exceptions', () => {
  const bug = (): never => {
    throw new Error('bug');
  };

  test('a step that throws keeps neither the flush nor the next turn', () => {
    const hand = new Hand();
    hand.loop.runFixed(bug, 20, 1);
    hand.loop.start();
    expect(hand.eventsOf(1_000)).toEqual(['clock', 'flush']);
    expect(hand.turn(1_050)).toBe(1_100);
    expect(hand.faults).toEqual(['setFixedTimestep: bug', 'setFixedTimestep: bug']);
  });

  test('a turn has failed when anything in it did, though its flush went well', () => {
    const hand = new Hand();
    let isBroken = true;
    hand.loop.runFixed(() => void (isBroken && bug()), 20, 1);
    hand.loop.start();
    hand.turn(1_000);
    hand.turn(1_050);
    isBroken = false;
    hand.turn(1_100);
    hand.onFlush = bug;
    hand.turn(1_150);
    hand.onFlush = () => {};
    hand.onClock = bug;
    hand.turn(1_200);
    expect(hand.failedTurns).toEqual([true, true, false, true, true]);
    expect(hand.faults.slice(2)).toEqual(['patch: bug', 'clock: bug']);
  });

  test('an async step that rejects is a fault, charged to the turn after it', async () => {
    const hand = new Hand();
    hand.loop.runFixed(() => Promise.reject(new Error('late bug')) as never, 20, 1);
    hand.loop.start();
    hand.turn(1_000);
    await nextTurn();
    hand.turn(1_050);
    expect(hand.faults).toEqual(['setFixedTimestep: late bug']);
    expect(hand.failedTurns).toEqual([false, true]);
    await nextTurn();
  });
});
