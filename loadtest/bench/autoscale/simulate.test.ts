import { describe, expect, test } from 'vitest';
import { type AutoscalerSpec, DEFAULT_BEHAVIOR } from './autoscaler-spec.ts';
import { judgeAutoscale } from './bounds.ts';
import { drawTrace, type LoadTrace } from './load-traces.ts';
import { type Contender, simulate, staticNodes } from './simulate.ts';

const REQUESTS = { cores: 1.2, bytes: 1_536 * 2 ** 20 };
const SPEC: AutoscalerSpec = {
  minReplicas: 2,
  maxReplicas: 20,
  metrics: [{ kind: 'pods', name: 'seats', averageValue: 800 }],
  ...DEFAULT_BEHAVIOR,
};
const contender = (change: Partial<AutoscalerSpec> = {}): Contender => ({
  title: 'of the test',
  spec: { ...SPEC, ...change },
  usesDeletionCost: true,
  spareMachines: 0,
});
const FIXED: Contender = { ...contender(), title: 'fixed', spec: null };

/** So many for a quarter of an hour, then so many. */
function step(before: number, after: number, durationS: number): LoadTrace {
  const wanted = Int32Array.from({ length: durationS }, (_, s) => (s < 900 ? before : after));
  return { name: 'flash_crowd', title: 'a step', wanted };
}
const play = (trace: LoadTrace, who: Contender, seed = 7) =>
  simulate(trace, who, { seed, requests: REQUESTS });

describe('a region', () => {
  test('that does not change moves nothing and refuses nobody', () => {
    const run = play(step(3_000, 3_000, 1_800), contender());
    expect(run).toMatchObject({ refusedPlayers: 0, movedRooms: 0, longestWaitS: 0, mostNodes: 4 });
    expect(run.nodeHours).toBeCloseTo(2, 9);
  });

  test('that is closed tells each player once that he waits, and seats him when machines are there', () => {
    const run = play(step(3_000, 9_000, 2_700), contender());
    // Four nodes close at 5400: whoever is beyond waits, and is counted once.
    expect(run.refusedPlayers).toBeGreaterThanOrEqual(3_600);
    expect(run.refusedPlayers).toBeLessThan(7_000);
    // No machine is there within its least time.
    expect(run.longestWaitS).toBeGreaterThanOrEqual(60);
    expect(run.samples.at(-1)).toMatchObject({ waiting: 0 });
    expect(run.leastHeadroomRatio).toBe(0);
  });

  test('with machines to spare waits for no machine', () => {
    const run = play(step(3_000, 9_000, 2_700), { ...contender(), spareMachines: 2 });
    expect(run.longestWaitS).toBeLessThan(60);
  });

  test('that may not grow leaves them waiting', () => {
    const run = play(step(3_000, 9_000, 2_700), contender({ maxReplicas: 4 }));
    expect(run.mostNodes).toBe(4);
    expect(run.samples.at(-1)?.seated).toBeLessThanOrEqual(5_410);
    expect(run.longestWaitS).toBeGreaterThan(600);
  });

  test('that shrinks moves the rooms of the nodes that go, and loses no player', () => {
    const run = play(step(9_000, 3_000, 7_200), contender());
    expect(run.movedRooms).toBeGreaterThan(0);
    expect(run.samples.at(-1)?.nodes).toBeLessThanOrEqual(5);
    for (const { atS, seated, wanted } of run.samples.filter((it) => it.atS < 900)) {
      expect(Math.abs(seated - wanted), `at ${atS} s`).toBeLessThanOrEqual(10);
    }
    expect(run.refusedPlayers).toBe(0);
  });

  test('of a fixed size holds the peak it was made for', () => {
    const trace = step(3_000, 9_000, 1_800);
    const run = play(trace, FIXED);
    expect(run).toMatchObject({ refusedPlayers: 0, mostNodes: staticNodes(trace) });
  });

  test('is the same for a seed, and another for another', () => {
    const trace = step(3_000, 9_000, 1_200);
    expect(play(trace, contender())).toEqual(play(trace, contender()));
    expect(play(trace, contender(), 8)).not.toEqual(play(trace, contender()));
  });
});

describe('traces', () => {
  test('are what their titles say', () => {
    const flash = drawTrace('flash_crowd', 1).wanted;
    expect((flash[15 * 60 + 120] ?? 0) / (flash[15 * 60] ?? 0)).toBeCloseTo(5, 0);
    const evening = drawTrace('evening_peak', 1).wanted;
    expect(evening.length).toBe(86_400);
    expect(Math.max(...evening)).toBeGreaterThan(29_000);
    expect(Math.max(...evening)).toBeLessThan(32_000);
    expect(drawTrace('region_loss', 3)).toEqual(drawTrace('region_loss', 3));
  });
});

test('one refused player of an evening breaks the promise, whatever the seed', () => {
  const judge = (name: string, value: number) => judgeAutoscale({ [name]: value })[0];
  expect(judge('refused_players_evening_peak', 0)).toMatchObject({ isKept: true });
  expect(judge('custom_refused_players_evening_peak', 1)).toMatchObject({ isKept: false });
  expect(judge('refused_players_evening_peak_static', 1)).toMatchObject({ bound: null });
});
