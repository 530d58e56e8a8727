import { describe, expect, test } from 'vitest';
import { HandDrivenTime } from '../../../test/support/hand-driven-time.ts';
import { type Scheduled, type Stepped, StepScheduler } from './step-scheduler.ts';

/** Wants to run every `everyMs`, and writes down when it did. */
class Ticker implements Stepped {
  readonly atMs: number[] = [];
  readonly latenessMs: number[] = [];
  readonly #everyMs: number;
  onStep: () => void = () => {};

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  step(nowMs: number, dueMs: number): number {
    this.atMs.push(nowMs);
    this.latenessMs.push(nowMs - dueMs);
    this.onStep();
    const missed = Math.floor((nowMs - dueMs) / this.#everyMs);
    return dueMs + (missed + 1) * this.#everyMs;
  }
}

describe('[RM-21] StepScheduler', () => {
  test('runs each at its own rate, never early and hardly late', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const tickers = [10, 16, 33.3, 50, 1_500, 2_000].map((everyMs) => {
      const ticker = new Ticker(everyMs);
      scheduler.add(ticker, everyMs);
      return { everyMs, ticker };
    });
    time.advance(10_000);
    for (const { everyMs, ticker } of tickers) {
      expect(Math.abs(ticker.atMs.length - 10_000 / everyMs)).toBeLessThanOrEqual(1);
      expect(Math.min(...ticker.latenessMs)).toBeGreaterThanOrEqual(0);
      // A slot of the wheel, and a whole millisecond of the timer.
      expect(Math.max(...ticker.latenessMs)).toBeLessThanOrEqual(4);
    }
  });

  test('spreads rooms of one rate over its interval', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const tickers = Array.from({ length: 50 }, () => new Ticker(50));
    for (const ticker of tickers) scheduler.add(ticker, 50);
    time.advance(60);
    const perSlot = new Map<number, number>();
    for (const { atMs } of tickers) {
      const slot = Math.floor(((atMs[0] as number) % 50) / 10);
      perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
    }
    // Ten in each fifth of the interval, were it perfect.
    expect(perSlot.size).toBe(5);
    expect(Math.max(...perSlot.values())).toBeLessThanOrEqual(13);
  });

  test('has one timer, and none when there is nothing to run', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    expect(time.pendingTimers).toBe(0);
    const scheduled = Array.from({ length: 100 }, () => scheduler.add(new Ticker(50), 50));
    expect(time.pendingTimers).toBe(1);
    time.advance(500);
    expect(time.pendingTimers).toBe(1);
    for (const one of scheduled) one.cancel();
    time.advance(2_000);
    expect(time.pendingTimers).toBe(0);
  });

  test('wakes once for a step, also where steps fall between milliseconds', () => {
    using time = new HandDrivenTime(10_000.4);
    const ticker = new Ticker(1_000 / 30);
    new StepScheduler().add(ticker, 1_000 / 30);
    time.advance(10_000);
    expect(time.wakeUps).toBeLessThanOrEqual(ticker.atMs.length + 1);
  });

  test('what is cancelled does not run, also by another or by itself inside a step', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const [first, second, itself] = [new Ticker(10), new Ticker(10), new Ticker(10)];
    const [ofFirst, ofSecond, ofItself] = [first, second, itself].map((ticker) =>
      scheduler.add(ticker, 10),
    ) as [Scheduled, Scheduled, Scheduled];
    itself.onStep = () => ofItself.cancel();
    first.onStep = () => ofSecond.cancel();
    time.advance(100);
    expect(itself.atMs).toHaveLength(1);
    expect(second.atMs.length).toBeLessThanOrEqual(1);
    ofFirst.cancel();
    ofFirst.cancel();
    const ran = first.atMs.length;
    time.advance(100);
    expect(first.atMs).toHaveLength(ran);
  });

  test('what is added inside a step runs, also when it is the last one there is', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const added = new Ticker(10);
    const first = new Ticker(10);
    const ofFirst = scheduler.add(first, 10);
    first.onStep = () => {
      ofFirst.cancel();
      scheduler.add(added, 10);
    };
    time.advance(200);
    expect(first.atMs).toHaveLength(1);
    expect(added.atMs.length).toBeGreaterThanOrEqual(17);
  });

  test('what parks itself is forgotten, and runs again when it is added again', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    let steps = 0;
    const parking: Stepped = {
      step: () => {
        steps++;
        return Number.POSITIVE_INFINITY;
      },
    };
    scheduler.add(parking, 10);
    time.advance(3_000);
    expect({ steps, timers: time.pendingTimers }).toEqual({ steps: 1, timers: 0 });
    scheduler.add(parking, 10);
    time.advance(20);
    expect(steps).toBe(2);
  });

  test.each([30, 300, 3_000, 30_000])(
    'after a stall of %i ms everybody runs once, knows how late he is, and keeps his rate',
    (stallMs) => {
      using time = new HandDrivenTime();
      const scheduler = new StepScheduler();
      const tickers = [20, 20, 20, 700].map((everyMs) => {
        const ticker = new Ticker(everyMs);
        scheduler.add(ticker, everyMs);
        return ticker;
      });
      time.advance(1_400);
      const before = tickers.map((ticker) => ticker.atMs.length);
      time.stall(stallMs);
      time.advance(0);
      const afterStall = tickers.map((ticker, i) => ticker.atMs.length - (before[i] as number));
      for (const ran of afterStall) expect(ran).toBeLessThanOrEqual(1);
      expect(afterStall.slice(0, 3)).toEqual([1, 1, 1]);
      expect(Math.max(...(tickers[0] as Ticker).latenessMs)).toBeGreaterThanOrEqual(stallMs - 20);
      time.advance(1_000);
      for (const [i, ticker] of tickers.slice(0, 3).entries()) {
        const ran = ticker.atMs.length - (before[i] as number) - 1;
        expect(Math.abs(ran - 50)).toBeLessThanOrEqual(1);
      }
    },
  );

  test('a slow room does not keep the others from their turns', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const slow = new Ticker(50);
    slow.onStep = () => time.stall(40);
    const quick = Array.from({ length: 20 }, () => new Ticker(50));
    scheduler.add(slow, 50);
    for (const ticker of quick) scheduler.add(ticker, 50);
    time.advance(5_000);
    const counts = quick.map((ticker) => ticker.atMs.length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(98);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});
