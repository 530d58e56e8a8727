// Rules, routes and dashboards: that they are right, and that what is wrong is found.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dashboardFaults,
  layoutFaults,
  ruleFaults,
} from '../../infra/observability/check.ts';
import { allDashboards, DASHBOARD_SPECS } from '../../infra/observability/dashboards.ts';
import type { DashboardSpec } from '../../infra/observability/dashboards/dashboard.ts';
import { generatedFiles } from '../../infra/observability/generate.ts';
import {
  type KnownMetrics,
  knownMetrics,
  queryFaults,
} from '../../infra/observability/known-metrics.ts';
import { selectorsOf } from '../../infra/observability/promql.ts';
import { RULE_CASES } from '../../infra/observability/rule-cases/all-cases.ts';
import { type RuleCase, ruleTestsOf } from '../../infra/observability/rule-cases/rule-case.ts';
import {
  allAlerts,
  OBSERVABILITY_FOLDER,
  parseRuleFile,
  runbookName,
} from '../../infra/observability/rules.ts';
import { missingTool } from '../support/missing-tool.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RUNBOOKS = join(repositoryRoot, 'docs/runbooks');
const run = promisify(execFile);

let known: KnownMetrics;
const owned = new AsyncDisposableStack();
beforeAll(async () => {
  known = await knownMetrics();
});
afterAll(() => owned.disposeAsync());

const alertNames = () => new Set(allAlerts().map(({ alert }) => alert));

describe('[OB-1] rules and dashboards read what nodes export', () => {
  test('there is something to look at', () => {
    expect(allAlerts().length).toBeGreaterThanOrEqual(30);
    expect(DASHBOARD_SPECS.map(({ uid }) => uid).length).toBe(8);
    // Default metrics, histograms with their series, summaries.
    for (const name of ['nodejs_heap_size_used_bytes', 'meridian_rtt_seconds_bucket']) {
      expect(known.has(name)).toBe(true);
    }
  });

  test('rules: every metric and label exists, every alert has a runbook and cases', () => {
    expect(ruleFaults(known, RULE_CASES)).toEqual([]);
  });

  test('dashboards: every metric and label exists, nothing lies above another', () => {
    expect(dashboardFaults(DASHBOARD_SPECS, known, alertNames())).toEqual([]);
  });

  test('a query is read to its end', () => {
    const selectors = selectorsOf(
      'sum(rate(a_total{x="1", y!~"2"}[5m])) by (z) / (b > 0) or c offset 1d',
    );
    expect(selectors).toEqual([
      { metric: 'a_total', labels: ['x', 'y'] },
      { metric: 'b', labels: [] },
      { metric: 'c', labels: [] },
    ]);
  });
});

test('[OB-5] no runbook is left over, and each says what players feel, where to look, what to do, and how to undo it', () => {
  const pages = readdirSync(RUNBOOKS).filter((name) => name !== 'README.md');
  expect(pages.toSorted()).toEqual([...alertNames()].map(runbookName).toSorted());
  for (const name of pages) {
    const headings = readFileSync(join(RUNBOOKS, name), 'utf8').match(/^## .*$/gm);
    expect(headings, name).toEqual(['## Players', '## Look', '## Do', '## Undo']);
  }
});

test('[OB-6] what is made from them is not stale', () => {
  const files = generatedFiles();
  const hint = 'stale: run node --conditions=meridian-source infra/observability/generate.ts';
  for (const [path, content] of files) {
    expect(readFileSync(join(repositoryRoot, path), 'utf8'), `${path} is ${hint}`).toBe(content);
  }
  const folder = 'infra/observability/dashboards/generated';
  const there = readdirSync(join(repositoryRoot, folder)).map((name) => `${folder}/${name}`);
  expect(there.filter((path) => !files.has(path))).toEqual([]);
});

describe.skipIf(missingTool('prometheus'))('by the tools of Prometheus', () => {
  test('rules and configuration are sound', async () => {
    const folder = owned.use(await temporaryFolder('prometheus'));
    cpSync(OBSERVABILITY_FOLDER, folder.path, { recursive: true });
    // It is written by whoever starts nodes.
    writeFileSync(join(folder.path, 'targets.json'), '[]');
    const { stdout } = await run('promtool', ['check', 'config', join(folder.path, 'prometheus.yaml')]);
    expect(stdout.match(/rules found/g)?.length).toBe(6);
    expect(stdout).not.toContain('FAILED');
  });

  test('[OB-7] every alert fires when it is to, with the words somebody reads, and is quiet when not', {
    timeout: 120_000,
  }, async () => {
    expect(await promtool(RULE_CASES)).toBe('');
  });

  test('[OB-7] a case that is wrong is found', async () => {
    const [first] = RULE_CASES.filter(({ alert }) => alert === 'EvacuationLags');
    if (first === undefined) throw new Error('There is no such case.');
    const neverFires = { ...first, fires: first.quiet[0] ?? {} };
    const neverQuiet = { ...first, quiet: [first.fires] };

    expect(await promtool([neverFires])).toContain('EvacuationLags fires');
    expect(await promtool([neverQuiet])).toContain('EvacuationLags is quiet');
  });

  test('[OB-8] every alert goes where it is to go', async () => {
    const byReceiver = new Map<string, string[]>();
    await Promise.all(
      allAlerts().map(async ({ alert, labels }) => {
        const receivers = await receiversOf({ alertname: alert, region: 'europe', ...labels });
        byReceiver.set(alert, receivers);
      }),
    );
    for (const { alert, labels } of allAlerts()) {
      expect(byReceiver.get(alert), alert).toEqual(expectedReceivers(alert, labels));
    }
  });

  test('[OB-8] a wrong route is found', async () => {
    const path = join(OBSERVABILITY_FOLDER, 'alertmanager.yaml');
    const folder = owned.use(await temporaryFolder('routes'));
    const wrong = join(folder.path, 'alertmanager.yaml');
    writeFileSync(wrong, readFileSync(path, 'utf8').replace('continue: true', 'continue: false'));
    const labels = { severity: 'page', action: 'close-region' } as const;

    const receivers = await receiversOf({ alertname: 'JoinSuccessBurnsFast', ...labels }, wrong);
    expect(receivers).not.toEqual(expectedReceivers('JoinSuccessBurnsFast', labels));
  });
});

describe('[OB-9] planted faults are found', () => {
  test.each([
    {
      file: 'rules/saturation.yaml',
      change: ['meridian_event_loop_lag_p99_seconds', 'meridian_loop_lag_seconds'],
      finds: 'NodeLoopLags: nobody exports meridian_loop_lag_seconds',
    },
    {
      file: 'rules/failover.yaml',
      change: ['outcome!~"revived', 'result!~"revived'],
      finds: 'RoomsLost: meridian_room_revivals_total has no result',
    },
    {
      file: 'rules/failover.yaml',
      change: ['runbooks/node-died.md', 'runbooks/node-dead.md'],
      finds: 'NodeDied: its runbook is not',
    },
    {
      file: 'rules/data.yaml',
      change: ['- alert: SoftWritesDropped', '- alert: SoftWritesLost'],
      finds: 'SoftWritesLost: nothing shows that it fires',
    },
  ] as const)('$finds', async ({ file, change: [from, to], finds }) => {
    const folder = owned.use(await temporaryFolder('rules'));
    cpSync(OBSERVABILITY_FOLDER, folder.path, { recursive: true });
    const path = join(folder.path, file);
    const content = readFileSync(path, 'utf8');
    expect(content).toContain(from);
    writeFileSync(path, content.replace(from, to));

    const faults = ruleFaults(known, RULE_CASES, { folder: folder.path });
    expect(faults.filter((fault) => fault.startsWith(finds))).not.toEqual([]);
  });

  test('an alert without a runbook', () => {
    const text = readFileSync(join(OBSERVABILITY_FOLDER, 'rules/watch.yaml'), 'utf8');
    const without = text.replace(/^ +runbook_url: .*\n/m, '');
    expect(without).not.toBe(text);
    expect(() => parseRuleFile(without)).toThrow();
  });

  test('a runbook that is not there', async () => {
    const folder = owned.use(await temporaryFolder('runbooks'));
    cpSync(RUNBOOKS, folder.path, {
      recursive: true,
      filter: (path) => !path.endsWith('redis-away.md'),
    });
    expect(existsSync(join(folder.path, 'node-died.md'))).toBe(true);
    expect(ruleFaults(known, RULE_CASES, { runbooks: folder.path })).toEqual([
      'RedisAway: there is no runbook redis-away.md',
    ]);
  });

  test('panels: what nobody exports, no PromQL, an alert that is not there', () => {
    const [world] = DASHBOARD_SPECS;
    if (world === undefined) throw new Error('There is no dashboard.');
    const spec: DashboardSpec = {
      ...world,
      panels: [
        ...world.panels.slice(0, 1),
        {
          title: 'Wrong',
          description: '',
          unit: 'short',
          alerts: ['NodeDead'],
          queries: { a: 'sum(meridian_players)', b: 'sum(meridian_clients' },
        },
      ],
    };
    expect(dashboardFaults([spec], known, alertNames())).toEqual([
      'World / Wrong: nobody exports meridian_players',
      expect.stringContaining('World / Wrong: no PromQL at'),
      'World / Wrong: there is no alert NodeDead',
    ]);
  });

  test('panels above each other, ids twice', () => {
    const [world] = allDashboards();
    const [first, second] = world?.panels ?? [];
    if (world === undefined || first === undefined || second === undefined) {
      throw new Error('There are no panels.');
    }
    const moved = { ...second, id: first.id, gridPos: first.gridPos };
    expect(layoutFaults({ ...world, panels: [first, moved] } as typeof world)).toEqual([
      expect.stringContaining('has the id of another'),
      expect.stringContaining('lies above another'),
    ]);
  });

  test('a metric in a gate or an autoscaler that nobody exports', () => {
    expect(queryFaults('sum(rate(meridian_joins[5m]))', known)).toEqual([
      'nobody exports meridian_joins',
    ]);
  });
});

/** What promtool complains of; empty: nothing. */
async function promtool(cases: readonly RuleCase[]): Promise<string> {
  const folder = owned.use(await temporaryFolder('rule-tests'));
  const files = ruleTestsOf(cases).map((content, n) => {
    const path = join(folder.path, `${n}.yaml`);
    writeFileSync(path, JSON.stringify(content));
    return path;
  });
  // Each test has a database of its own, which waits for the disk with every sample.
  const memory = existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {};
  const env = { ...process.env, ...memory };
  const failed = async (path: string) =>
    await run('promtool', ['test', 'rules', path], { env }).then(
      () => '',
      ({ stdout = '', stderr = '' }: { stdout?: string; stderr?: string }) => `${stdout}${stderr}`,
    );
  return (await Promise.all(files.map(failed))).join('');
}

async function receiversOf(
  labels: Readonly<Record<string, string | undefined>>,
  config = join(OBSERVABILITY_FOLDER, 'alertmanager.yaml'),
): Promise<string[]> {
  const matchers = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const { stdout } = await run('amtool', [
    ...['config', 'routes', 'test', `--config.file=${config}`],
    ...matchers,
  ]);
  return stdout.trim().split(',').sort();
}

/** As the people on call were promised (docs/guides/observability.md). */
function expectedReceivers(
  alert: string,
  labels: { readonly severity: 'page' | 'ticket'; readonly action?: string | undefined },
): string[] {
  if (alert === 'DeadMansSwitch') return ['heartbeat'];
  const people = labels.severity === 'page' ? 'pager' : 'tickets';
  return labels.action === undefined ? [people] : ['incident-bot', people];
}
