import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputBudget } from './input-budget.ts';

/** The promise of docs/spec/rooms.md, on purpose not the constants of the code. */
const TOLERANCE = 1.03;
const burstOf = (tickRateHz: number) => Math.max(8, tickRateHz / 2);

describe('[RM-8] InputBudget', () => {
  test('in no window more inputs than time allows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(5, 20, 30, 60, 128),
        // Bursts, pauses, and everything between.
        fc.array(
          fc.oneof(
            fc.constant(0),
            fc.double({ min: 0, max: 40, noNaN: true }),
            fc.double({ min: 0, max: 3_000, noNaN: true }),
          ),
          { minLength: 1, maxLength: 250 },
        ),
        (tickRateHz, gapsMs) => {
          const budget = new InputBudget(tickRateHz, 0);
          const appliedAtMs: number[] = [];
          let nowMs = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (budget.take(nowMs)) appliedAtMs.push(nowMs);
          }
          for (let from = 0; from < appliedAtMs.length; from++) {
            for (let to = from; to < appliedAtMs.length; to++) {
              const seconds = ((appliedAtMs[to] as number) - (appliedAtMs[from] as number)) / 1_000;
              expect(to - from + 1).toBeLessThanOrEqual(
                tickRateHz * TOLERANCE * seconds + burstOf(tickRateHz) + 1e-6,
              );
            }
          }
        },
      ),
    );
  });

  test.each([5, 30, 60])('an honest client at %i Hz, 2 %% fast, loses nothing in an hour', (hz) => {
    const budget = new InputBudget(hz, 0);
    const gapMs = 1_000 / (hz * 1.02);
    let refused = 0;
    for (let i = 1; i <= hz * 3_600; i++) if (!budget.take(i * gapMs)) refused++;
    expect(refused).toBe(0);
  });

  test('a link that stalls for half a second and delivers all at once loses nothing', () => {
    const budget = new InputBudget(30, 0);
    for (let i = 1; i <= 300; i++) budget.take((i * 1_000) / 30);
    const late = Array.from({ length: 15 }, () => budget.take(10_500));
    expect(late).not.toContain(false);
  });

  test('ten times the inputs are applied hardly more often', () => {
    const budget = new InputBudget(30, 0);
    let applied = 0;
    for (let i = 1; i <= 3_000; i++) if (budget.take((i * 1_000) / 300)) applied++;
    expect(applied).toBeLessThanOrEqual(30 * TOLERANCE * 10 + 15);
  });
});
