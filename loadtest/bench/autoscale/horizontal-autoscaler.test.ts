import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AutoscalerSpec, DEFAULT_BEHAVIOR, type ScalingRules } from './autoscaler-spec.ts';
import {
  HorizontalAutoscaler,
  type Readings,
  SYNC_PERIOD_S,
  scaleDownLimit,
  scaleUpLimit,
} from './horizontal-autoscaler.ts';

const NOTHING_YET = { added: [], removed: [] };
const rules = (change: Partial<ScalingRules>): ScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  tolerance: 0.1,
  ...change,
});
const spec = (change: Partial<AutoscalerSpec> = {}): AutoscalerSpec => ({
  minReplicas: 1,
  maxReplicas: 100,
  metrics: [{ kind: 'object', name: 'work', averageValue: 10 }],
  scaleUp: rules({}),
  scaleDown: rules({}),
  ...change,
});
/** A metric that asks for so many pods. */
const asksFor = (replicas: number | null): Readings => ({
  samplesOf: () => [],
  totalOf: () => (replicas === null ? null : replicas * 10),
});

/** What the autoscaler says round by round, when the metric asks for these. */
function rounds(autoscaler: HorizontalAutoscaler, first: number, asked: readonly number[]) {
  let replicas = first;
  return asked.map((it, n) => {
    replicas = autoscaler.sync(n * SYNC_PERIOD_S, replicas, asksFor(it));
    return replicas;
  });
}

describe('policies', () => {
  // https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies:
  // 4 pods or 10 % within a minute; 80 pods lose 8, then 72 lose 8 (7.2 rounded up), …; from 40 on it is 4 each time.
  const scaleDown = rules({
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 60 },
      { type: 'Percent', value: 10, periodSeconds: 60 },
    ],
  });

  test.each([
    [80, 72],
    [72, 64],
    [40, 36],
    [20, 16],
  ])('down, the example of the documentation: %i pods become %i', (currentReplicas, left) => {
    const moment = { nowS: 0, currentReplicas, history: NOTHING_YET };
    expect(scaleDownLimit(scaleDown, moment)).toBe(left);
  });

  test('Min takes the policy that changes least, Disabled none', () => {
    const moment = { nowS: 0, currentReplicas: 80, history: NOTHING_YET };
    expect(scaleDownLimit({ ...scaleDown, selectPolicy: 'Min' }, moment)).toBe(76);
    expect(scaleDownLimit({ ...scaleDown, selectPolicy: 'Disabled' }, moment)).toBe(80);
    expect(scaleUpLimit(rules({ selectPolicy: 'Disabled' }), moment)).toBe(80);
  });

  test('up, as by default: 4 pods or twice as many in 15 s, whichever is more', () => {
    const { scaleUp } = DEFAULT_BEHAVIOR;
    const limitOf = (currentReplicas: number) =>
      scaleUpLimit(scaleUp, { nowS: 0, currentReplicas, history: NOTHING_YET });
    expect([1, 3, 4, 10].map(limitOf)).toEqual([5, 7, 8, 20]);
  });

  test('a period counts what was done in it, in both directions, and forgets what was done before', () => {
    const history = {
      added: [{ atS: 45, count: 3 }],
      removed: [
        { atS: 50, count: 2 },
        { atS: 0, count: 9 },
      ],
    };
    // A minute ago there were 10 − 3 + 2 = 9: five may stay.
    expect(scaleDownLimit(scaleDown, { nowS: 60, currentReplicas: 10, history })).toBe(5);
    const up = rules({ policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }] });
    expect(scaleUpLimit(up, { nowS: 60, currentReplicas: 10, history })).toBe(14);
  });
});

describe('rounds', () => {
  test('down only to the most that was wished for in the window', () => {
    const scaleDown = rules({ stabilizationWindowSeconds: 60 });
    const asked = [10, 4, 6, 4, 4, 4, 4, 4];
    expect(rounds(new HorizontalAutoscaler(spec({ scaleDown })), 10, asked)).toEqual([
      10, 10, 10, 10, 6, 6, 4, 4,
    ]);
  });

  test('up only to the least', () => {
    const scaleUp = rules({ stabilizationWindowSeconds: 30, policies: [FAR] });
    expect(rounds(new HorizontalAutoscaler(spec({ scaleUp })), 2, [2, 9, 6, 9, 9])).toEqual([
      2, 2, 6, 6, 9,
    ]);
  });

  test('one pod in five minutes, however many are too many', () => {
    const scaleDown = rules({ policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }] });
    const said = rounds(
      new HorizontalAutoscaler(spec({ scaleDown })),
      10,
      Array<number>(61).fill(2),
    );
    expect([said[0], said[19], said[20], said[40], said[60]]).toEqual([9, 9, 8, 7, 6]);
  });

  test('the largest of the metrics counts; one that is unknown forbids fewer, not more', () => {
    const metrics = spec().metrics.concat({ kind: 'pods', name: 'seats', averageValue: 10 });
    const answers = (total: number | null, seats: number | null): Readings => ({
      totalOf: () => total,
      samplesOf: () => Array(4).fill({ state: 'running', value: seats }),
    });
    const say = (readings: Readings) =>
      new HorizontalAutoscaler(spec({ metrics })).sync(0, 4, readings);
    expect(say(answers(60, 5))).toBe(6);
    expect(say(answers(20, 20))).toBe(8);
    expect(say(answers(20, null))).toBe(4);
    expect(say(answers(60, null))).toBe(6);
    expect(say(answers(null, null))).toBe(4);
  });

  test('what is outside of the bounds is brought inside at once', () => {
    const bounded = spec({ minReplicas: 3, maxReplicas: 5 });
    expect(new HorizontalAutoscaler(bounded).sync(0, 1, asksFor(9))).toBe(3);
    expect(new HorizontalAutoscaler(bounded).sync(0, 9, asksFor(9))).toBe(5);
  });

  test('whatever is asked for: within the bounds', () => {
    const bounded = spec({ minReplicas: 4, maxReplicas: 60 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (asked) => {
        for (const replicas of rounds(new HorizontalAutoscaler(bounded), 20, asked)) {
          expect(replicas).toBeGreaterThanOrEqual(4);
          expect(replicas).toBeLessThanOrEqual(60);
        }
      }),
    );
  });

  test('whatever is asked for: no fewer in any period than the policy allows', () => {
    const cases = fc.record({
      asked: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20, maxLength: 80 }),
      value: fc.integer({ min: 1, max: 8 }),
      periodSeconds: fc.integer({ min: 15, max: 120 }),
    });
    fc.assert(
      fc.property(cases, ({ asked, value, periodSeconds }) => {
        // Who is added in a period may go in it as well: here nobody is.
        const falling = spec({
          scaleUp: rules({ selectPolicy: 'Disabled' }),
          scaleDown: rules({ policies: [{ type: 'Pods', value, periodSeconds }] }),
        });
        const said = [60, ...rounds(new HorizontalAutoscaler(falling), 60, asked)];
        const roundsOfPeriod = Math.ceil(periodSeconds / SYNC_PERIOD_S);
        for (const [n, replicas] of said.entries()) {
          const before = said[Math.max(0, n - roundsOfPeriod)] ?? 0;
          expect(before - replicas).toBeLessThanOrEqual(value);
          expect(before - replicas).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

/** Allows everything. */
const FAR = { type: 'Pods', value: 1_000, periodSeconds: 15 } as const;
