// A real Prometheus beside a small world under bots: every query that somebody relies on gives figures.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adapterQueries } from '../../infra/observability/adapter-queries.ts';
import { allPanelQueries } from '../../infra/observability/dashboards.ts';
import { allAlerts, allRecordings, ruleFiles } from '../../infra/observability/rules.ts';
import { eventually } from '../support/eventually.ts';
import { isLong } from '../support/long-test.ts';
import { missingTool } from '../support/missing-tool.ts';
import { ObservedWorld } from '../support/observed-world.ts';
import { PrometheusServer } from '../support/prometheus-server.ts';

/** Scrapes are a second apart here; a rate wants four. */
const RATE_WINDOW = '10s';
const GAME_PODS = ['game-0', 'game-1', 'game-2'];
/** A window of rates, and a machine that does other things too. */
const PATIENCE = { withinMs: 60_000, everyMs: 500 };

const isMissing = missingTool('prometheus') || missingTool('redis-server');

describe.skipIf(isMissing || !isLong)('[OB-10] a real Prometheus beside a world under bots', () => {
  const owned = new AsyncDisposableStack();
  let prometheus: PrometheusServer;
  let world: ObservedWorld;

  beforeAll(async () => {
    world = owned.use(await ObservedWorld.start());
    prometheus = owned.use(
      await PrometheusServer.start({ ruleFiles: ruleFiles(), targets: world.targets }),
    );
    await eventually(async () => (await prometheus.query('up == 1')).length === 5, PATIENCE);
  }, 180_000);
  afterAll(() => owned.disposeAsync());

  /** Asks until all have an answer, or time is up. @returns the names of those that have none */
  async function emptyOf(queries: ReadonlyMap<string, string>): Promise<readonly string[]> {
    let empty = [...queries.keys()];
    await eventually(async () => {
      const answers = await Promise.all(
        empty.map(async (name) => ({ name, of: await prometheus.query(queries.get(name) ?? '') })),
      );
      empty = answers.filter((answer) => answer.of.length === 0).map(({ name }) => name);
      // What happens once is to happen within the window of somebody's rate.
      if (empty.length > 0)
        await Promise.all([world.matchOnce(), world.lookAtProfiles(), world.comeAndGo()]);
      return empty.length === 0;
    }, PATIENCE).catch(() => {});
    return empty;
  }

  test('every panel has figures', { timeout: 120_000 }, async () => {
    const queries = new Map(
      allPanelQueries(RATE_WINDOW).map(({ dashboard, panel, query }) => [
        `${dashboard} / ${panel}: ${query}`,
        query,
      ]),
    );
    expect(queries.size).toBeGreaterThan(90);
    expect(await emptyOf(queries)).toEqual([]);
  });

  test('[OB-11] autoscalers get a figure of each pod that they ask for', {
    timeout: 120_000,
  }, async () => {
    const queries = adapterQueries({ namespace: 'meridian', pods: [...GAME_PODS, 'profile-0'] });
    expect(queries.map(({ figure }) => figure)).toContain('meridian_seats');
    const both = queries.flatMap(({ figure, seriesQuery, query }) => [
      [`${figure}: series`, seriesQuery] as const,
      [figure, query] as const,
    ]);
    expect(await emptyOf(new Map(both))).toEqual([]);

    // A pod without players counts, too: an autoscaler that knows only full ones adds more.
    const seats = adapterQueries({ namespace: 'meridian', pods: GAME_PODS }).find(
      ({ figure }) => figure === 'meridian_seats',
    );
    expect((await prometheus.query(seats?.query ?? '')).length).toBe(GAME_PODS.length);
  });

  test('rules are evaluated, and of a well world nothing is said that wakes anybody', {
    timeout: 120_000,
  }, async () => {
    const recorded = new Map(allRecordings().map(({ record }) => [record, record]));
    expect(await emptyOf(recorded)).toEqual([]);
    expect(await prometheus.query('sum(prometheus_rule_evaluation_failures_total)')).toEqual([0]);

    const pages = allAlerts().filter(({ labels }) => labels.severity === 'page');
    expect(pages.length).toBeGreaterThan(5);
    const awake = 'ALERTS{alertstate="firing", severity="page", alertname!="DeadMansSwitch"}';
    expect(await prometheus.query(awake)).toEqual([]);
    expect(await prometheus.query('ALERTS{alertname="DeadMansSwitch"}')).toEqual([1]);
  });

  test('[OB-9] a panel that is dead is found', async () => {
    expect(await prometheus.query('sum by (room) (meridian_rooms{room="lobby"})')).toEqual([]);
    await expect(prometheus.query('sum(meridian_rooms')).rejects.toThrow('parse error');
  });
});
