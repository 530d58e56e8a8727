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

  test.each([20, 30, 60])(
    'spreads rooms of %i Hz evenly over the beats of their interval',
    (rateHz) => {
      using time = new HandDrivenTime();
      const scheduler = new StepScheduler();
      const everyMs = 1_000 / rateHz;
      const tickers = Array.from({ length: 60 }, () => new Ticker(everyMs));
      for (const ticker of tickers) scheduler.add(ticker, everyMs);
      time.advance(1_000);
      const perBeat = new Map<number, number>();
      for (const { atMs } of tickers) {
        const first = atMs[0] as number;
        perBeat.set(first, (perBeat.get(first) ?? 0) + 1);
      }
      expect(perBeat.size).toBe(120 / rateHz);
      const even = (60 * rateHz) / 120;
      expect(Math.max(...perBeat.values())).toBeLessThanOrEqual(even + 2);
      // 120 beats a second, and the one that the second begins with.
      expect(time.wakeUps).toBeLessThanOrEqual(121);
    },
  );

  test('few rooms share half of the beats, and who comes when others are gone takes their place', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const add = () => scheduler.add(new Ticker(50), 50);
    const scheduled = Array.from({ length: 30 }, add);
    time.advance(1_000);
    expect(time.wakeUps).toBeLessThanOrEqual(61);
    for (const one of scheduled.slice(0, 20)) one.cancel();
    for (let i = 0; i < 20; i++) add();
    const before = time.wakeUps;
    time.advance(1_000);
    expect(time.wakeUps - before).toBeLessThanOrEqual(61);
  });

  test('rooms that step at different rates share their beats', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    for (const rateHz of [20, 30, 60, 20, 30, 60]) {
      for (let i = 0; i < 10; i++) scheduler.add(new Ticker(1_000 / rateHz), 1_000 / rateHz);
    }
    time.advance(1_000);
    expect(time.wakeUps).toBeLessThanOrEqual(121);
  });

  test('the event loop has its turns also within a beat, and nobody is left out or run twice', () => {
    using time = new HandDrivenTime();
    const scheduler = new StepScheduler();
    const ran: number[] = [];
    for (let room = 0; room < 30; room++) {
      const step = () => {
        ran.push(room);
        time.stall(1);
        return Number.POSITIVE_INFINITY;
      };
      // All of one beat: their interval has no more.
      scheduler.add({ step }, 8);
    }
    time.advance(10);
    while (time.pendingTimers > 0) time.advance(0);
    expect(ran).toEqual(Array.from({ length: 30 }, (_, room) => room));
    // 8 ms after the timer, and 8 in each turn of the loop.
    expect(time.turns).toBe(3);
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
