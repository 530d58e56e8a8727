import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InputFrame } from './input-codec.ts';
import { PacedInputs } from './paced-inputs.ts';

const STEP_MS = 1_000 / 60;

/** A client's inputs on their way into a room of 60 steps a second. */
class Hand {
  /** What left in each step: numbers of inputs, null for those that are acknowledged and not applied. */
  readonly steps: (number | null)[][] = [];
  readonly paced: PacedInputs;
  #left: (number | null)[] = [];
  #step = 0;
  #added = 0;

  constructor({ mostWaiting = 1_000, guessedSteps = 0 } = {}) {
    const release = ({ frame }: { readonly frame: InputFrame | null }) =>
      void this.#left.push(frame === null ? null : (frame as unknown as number));
    this.paced = new PacedInputs(release, { mostWaiting, guessedSteps });
  }

  get nowMs(): number {
    return this.#step * STEP_MS;
  }

  /** @param beforeStepMs - how long before the next step they come */
  add(count = 1, { isRefused = false, beforeStepMs = 4 } = {}): void {
    for (let i = 0; i < count; i++) {
      const frame = isRefused ? null : (this.#added as unknown as InputFrame);
      const arrivedAtMs = this.nowMs - beforeStepMs;
      this.paced.add({ frame, renderTimeMs: 0, reckonTimeMs: 0, seq: undefined, arrivedAtMs });
      this.#added += 1;
    }
  }

  /** @returns what left */
  step(): (number | null)[] {
    this.#left = [];
    this.paced.step(this.nowMs, STEP_MS);
    this.#step += 1;
    this.steps.push(this.#left);
    return this.#left;
  }

  /** Steps of which each is preceded by so many inputs, over and over. */
  play(pattern: readonly number[], steps: number): void {
    for (let i = 0; i < steps; i++) {
      this.add(pattern[i % pattern.length] as number);
      this.step();
    }
  }

  /** A turn of chance. A step that could have an input must have one. */
  takeTurn(turn: { count: number; isRefused: boolean; judges: boolean }): void {
    this.add(turn.count, turn);
    const hadSome = this.paced.size > 0;
    expect(this.step().length > 0).toBe(hadSome);
    if (turn.judges) this.paced.judge(turn.isRefused, STEP_MS);
  }

  flush(): void {
    this.#left = [];
    this.paced.flush();
    this.steps.push(this.#left);
  }

  countsOfLast(steps: number): number[] {
    return this.steps.slice(-steps).map((left) => left.length);
  }
}

describe('[IP-3] PacedInputs', () => {
  test('whatever the arrivals: every input leaves once and in order, and none stays', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            count: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(20)),
            isRefused: fc.boolean(),
            judges: fc.boolean(),
          }),
          { maxLength: 200 },
        ),
        fc.nat(4),
        (turns, guessedSteps) => {
          const hand = new Hand({ guessedSteps });
          for (const turn of turns) hand.takeTurn(turn);
          hand.flush();
          const numbers = hand.steps.flat().filter((each) => each !== null);
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
          expect(hand.steps.flat()).toHaveLength(turns.reduce((sum, { count }) => sum + count, 0));
          if (guessedSteps > 0) return;
          const applied = turns.reduce((sum, turn) => sum + (turn.isRefused ? 0 : turn.count), 0);
          expect(numbers).toHaveLength(applied);
          expect(hand.paced.takeReport().inputs).toBe(applied);
        },
      ),
    );
  });

  test('an even stream passes without delay', () => {
    const hand = new Hand();
    hand.play([1], 120);
    expect(hand.countsOfLast(120)).toEqual(Array(120).fill(1));
    expect(hand.paced.takeReport()).toEqual({
      inputs: 120,
      starvedSteps: 0,
      waitedMs: expect.closeTo(120 * 4, 6),
    });
  });

  test('bundles of three leave one per step', () => {
    const hand = new Hand();
    hand.play([1], 1);
    hand.play([0, 0, 3], 180);
    for (let i = 0; i < 3; i++) {
      hand.paced.judge(true, STEP_MS);
      hand.play([0, 0, 3], 60);
    }
    expect(hand.countsOfLast(180)).toEqual(Array(180).fill(1));
    // Of the first bundle, which the one input before it did not announce.
    expect(hand.paced.takeReport().starvedSteps).toBe(2);
  });

  test('a lone input does not wait, nor does the first of a stream', () => {
    const hand = new Hand();
    hand.play([0], 100);
    hand.add();
    expect(hand.step()).toHaveLength(1);
  });

  test('what a stall has held up is played out fast, not in one leap', () => {
    const hand = new Hand();
    hand.play([1], 60);
    hand.paced.judge(false, STEP_MS);
    hand.play([0], 18);
    hand.add(19);
    const counts = Array.from({ length: 16 }, () => {
      const left = hand.step().length;
      hand.add();
      return left;
    });
    expect(counts[0]).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(8);
    expect(counts.slice(-4)).toEqual([1, 1, 1, 1]);
    // Early enough again.
    expect(hand.paced.size).toBeLessThanOrEqual(2);
    expect(hand.paced.takeReport().starvedSteps).toBe(18);
  });

  test('a delay that is longer than it must be melts, when its client is not told', () => {
    const told = new Hand();
    const untold = new Hand();
    for (const hand of [told, untold]) {
      hand.play([1], 60);
      hand.play([0, 2], 2);
    }
    for (let second = 0; second < 15; second++) {
      for (const hand of [told, untold]) {
        hand.play([1], 60);
        hand.paced.judge(hand === told, STEP_MS);
      }
    }
    expect({ told: told.paced.size, untold: untold.paced.size }).toEqual({ told: 1, untold: 0 });
  });

  test('with too many waiting the oldest leave, and nothing is kept of what has left', () => {
    const hand = new Hand({ mostWaiting: 32 });
    hand.add(100);
    expect(hand.paced.size).toBe(32);
    hand.play([1], 500);
    expect(hand.paced.size).toBeLessThanOrEqual(6);
  });

  test('refused inputs are acknowledged in their order, and take no step', () => {
    const hand = new Hand();
    hand.add(1);
    hand.add(2, { isRefused: true });
    hand.add(1);
    hand.step();
    expect(hand.steps[0]?.slice(0, 3)).toEqual([0, null, null]);
  });

  test('one who sends at half the rate of the steps is not late', () => {
    const hand = new Hand();
    hand.play([1, 0], 240);
    expect(hand.paced.takeReport()).toMatchObject({ inputs: 120, starvedSteps: 0 });
  });
});

describe('[IP-4] what a client is told of its pace', () => {
  test.each([
    ['comes a quarter of a step before it', 4, 0],
    ['comes right before the step', 0.1, expect.closeTo(0.2375, 6)],
    ['waits nearly a step', 16.5, expect.closeTo(-0.6375, 6)],
  ])('who %s', (_, beforeStepMs, errorSteps) => {
    const hand = new Hand();
    for (let i = 0; i < 60; i++) {
      hand.add(1, { beforeStepMs });
      hand.step();
    }
    expect(hand.paced.judge(true, STEP_MS)?.errorSteps).toEqual(errorSteps);
  });

  test('who is late again and again is told to be earlier, as far as waiting for him helps', () => {
    const hand = new Hand();
    const errors = [];
    for (let second = 0; second < 4; second++) {
      hand.play([1, 1, 0, 0, 0, 4], 60);
      errors.push(hand.paced.judge(true, STEP_MS)?.errorSteps);
      // He heeds it, in one leap.
      if (second === 0) hand.add(1);
    }
    expect(errors[0]).toBeGreaterThan(0.2);
    expect(errors.at(-1)).toBe(0);
    hand.play([...Array(19).fill(0), 20], 60);
    expect(hand.paced.judge(true, STEP_MS)?.errorSteps).toBeLessThanOrEqual(6);
  });

  test('of a few inputs nothing is said', () => {
    const hand = new Hand();
    hand.play([1], 5);
    hand.play([0], 55);
    expect(hand.paced.judge(true, STEP_MS)).toBeNull();
  });
});

describe('[IP-5] late inputs that a guess stood in for', () => {
  test('are acknowledged and not applied, as many as were guessed', () => {
    const hand = new Hand({ guessedSteps: 3 });
    hand.play([1], 30);
    hand.play([0], 2);
    hand.add(3);
    expect(hand.step()).toEqual([null, null, 32]);
    hand.play([0], 5);
    hand.add(6);
    expect(hand.step().slice(0, 4)).toEqual([null, null, null, 36]);
  });
});
