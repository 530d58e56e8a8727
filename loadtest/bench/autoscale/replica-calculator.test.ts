import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type MetricQuestion,
  type PodSample,
  replicasFor,
  replicasForTotal,
} from './replica-calculator.ts';

const running = (...values: readonly (number | null)[]): PodSample[] =>
  values.map((value) => ({ state: 'running', value }));
const pods = (state: PodSample['state'], count: number): PodSample[] =>
  Array.from({ length: count }, () => ({ state, value: null }));
const question = (change: Partial<MetricQuestion> = {}): MetricQuestion => ({
  currentReplicas: 3,
  target: 100,
  missingValue: 100,
  tolerance: { up: 0.1, down: 0.1 },
  ignoresInitialising: false,
  ...change,
});

// By hand, after "Algorithm details" of Kubernetes' documentation.
describe('pods that a metric asks for', () => {
  test('twice the value, twice the pods; half of it, half of them', () => {
    expect(replicasFor(running(200), question({ currentReplicas: 1 }))).toBe(2);
    expect(replicasFor(running(50, 50), question({ currentReplicas: 2 }))).toBe(1);
  });

  test('90 of 75 wanted: 50 pods become 60', () => {
    const fifty = running(...Array<number>(50).fill(90));
    expect(replicasFor(fifty, question({ currentReplicas: 50, target: 75 }))).toBe(60);
  });

  test.each([
    { value: 110, replicas: 3 },
    { value: 111, replicas: 4 },
    { value: 90, replicas: 3 },
    { value: 89, replicas: 3 },
    { value: 66, replicas: 2 },
  ])('a tenth more or less changes nothing: $value', ({ value, replicas }) => {
    expect(replicasFor(running(value, value, value), question())).toBe(replicas);
  });

  test('pods that do not run count as empty when there are too few, and not at all otherwise', () => {
    // (200 + 200 + 0 + 0) / 4 = 100: what was ordered is enough.
    const ordered = [...running(200, 200), ...pods('pending', 2)];
    expect(replicasFor(ordered, question({ currentReplicas: 4 }))).toBe(4);
    // (300 + 300 + 0) / 3 = 200: six.
    expect(replicasFor([...running(300, 300), ...pods('pending', 1)], question())).toBe(6);
    // 50 with or without: one of two.
    expect(replicasFor([...running(50, 50), ...pods('pending', 1)], question())).toBe(1);
  });

  test('pods without a value are full when there are too many, empty when there are too few', () => {
    // (40 + 40 + 100) / 3 = 60: two.
    expect(replicasFor(running(40, 40, null), question())).toBe(2);
    // (300 + 300 + 0) / 3 = 200: six, not nine.
    expect(replicasFor(running(300, 300, null), question())).toBe(6);
    // (120 + 120 + 0) / 3 = 80: would turn round, so nothing.
    expect(replicasFor(running(120, 120, null), question())).toBe(3);
  });

  test('who starts is left out of CPU, and who leaves of everything', () => {
    const starting: PodSample = { state: 'initialising', value: 900 };
    const leaving: PodSample = { state: 'terminating', value: 900 };
    const among = [...running(50, 50), starting, leaving];
    expect(replicasFor(among, question({ ignoresInitialising: true }))).toBe(1);
    // (50 + 50 + 900) / 3
    expect(replicasFor(among, question())).toBe(10);
  });

  test('nobody measured is no answer', () => {
    expect(replicasFor(running(null, null), question())).toBeNull();
    expect(replicasForTotal(null, question())).toBeNull();
  });

  test('one figure for all is shared out', () => {
    expect(replicasForTotal(750, question())).toBe(8);
    expect(replicasForTotal(320, question())).toBe(3);
  });

  test('never against the direction of the measured pods, for any pods', () => {
    const sample = fc.record<PodSample>({
      state: fc.constantFrom('pending', 'initialising', 'running', 'terminating'),
      value: fc.option(fc.integer({ min: 0, max: 400 })),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
        const staying = samples.filter(({ state }) => state !== 'terminating');
        const measured = staying.flatMap(({ state, value }) =>
          state === 'pending' || value === null ? [] : [value],
        );
        const replicas = replicasFor(samples, question({ currentReplicas: staying.length }));
        if (measured.length === 0) {
          expect(replicas).toBeNull();
          return;
        }
        const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
        if (mean > 100) expect(replicas).toBeGreaterThanOrEqual(staying.length);
        else expect(replicas).toBeLessThanOrEqual(staying.length);
        // Nobody is thought to have more than those who are measured.
        const most = Math.max(staying.length, Math.ceil((mean * staying.length) / 100));
        expect(replicas).toBeLessThanOrEqual(most);
      }),
    );
  });
});
