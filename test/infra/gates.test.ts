// The gates of a release, asked of a real Prometheus: what a build looks like that may have more rooms, and every way in which it may not.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import { type GateFile, readGateFile } from '../../infra/deploy/gate-file.ts';
import { judgeGate } from '../../infra/deploy/judge-gates.ts';
import { Prometheus } from '../../infra/deploy/prometheus.ts';
import { watchGates } from '../../infra/deploy/watch-gates.ts';
import { PrometheusOfSamples, type Series } from '../support/prometheus-of-samples.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FILE = join(repositoryRoot, 'infra/deploy/gates.yaml');

/** How a build does, where it is unlike a good one. */
interface Figures {
  readonly joinsPerMinute?: number;
  readonly failuresPerMinute?: number;
  readonly actionP95Seconds?: number;
  readonly overrunsPerMinute?: number;
  readonly faultsPerMinute?: number;
  readonly rejectionsPerMinute?: number;
  readonly startsAgain?: boolean;
}

/** Two nodes of a build, and what a third one says of its joins. */
function seriesOf(build: string, figures: Figures = {}): readonly Series[] {
  const { joinsPerMinute = 600, failuresPerMinute = 0, actionP95Seconds = 0.08 } = figures;
  const { overrunsPerMinute = 0, faultsPerMinute = 0, rejectionsPerMinute = 0 } = figures;
  const growing = (perMinute: number) => (minute: number) => perMinute * minute;
  const calls = (outcome: string) =>
    `meridian_seat_calls_total{instance="door",call="create",build="${build}",outcome="${outcome}"}`;
  const ofNodes = ['1', '2'].flatMap((n): Series[] => {
    const labels = `instance="${build}-${n}"`;
    const inRoom = `${labels},room="arena"`;
    const link = `${inRoom},region="europe"`;
    return [
      { name: `meridian_build_info{${labels},build="${build}"}`, at: () => 1 },
      { name: `meridian_rooms{${inRoom}}`, at: () => 10 },
      { name: `meridian_link_action_seconds{${link},quantile="0.5"}`, at: () => 0.05 },
      { name: `meridian_link_action_seconds{${link},quantile="0.95"}`, at: () => actionP95Seconds },
      { name: `meridian_link_action_seconds_count{${link}}`, at: growing(6_000) },
      { name: `meridian_tick_duration_seconds_count{${inRoom}}`, at: growing(12_000) },
      { name: `meridian_unhandled_rejections_total{${labels}}`, at: growing(rejectionsPerMinute) },
      {
        name: `process_start_time_seconds{${labels}}`,
        at: (minute) => (figures.startsAgain === true && minute > 12 ? 2_000 : 1_000),
      },
      // A counter with labels is not there before its first count.
      ...(overrunsPerMinute > 0
        ? [{ name: `meridian_tick_overrun_steps_total{${inRoom}}`, at: growing(overrunsPerMinute) }]
        : []),
      ...(faultsPerMinute > 0
        ? [
            {
              name: `meridian_room_faults_total{${inRoom},hook="onStep"}`,
              at: growing(faultsPerMinute),
            },
          ]
        : []),
    ];
  });
  return [
    ...ofNodes,
    { name: calls('ok'), at: growing(joinsPerMinute) },
    { name: calls('full'), at: growing(joinsPerMinute / 10) },
    ...(failuresPerMinute > 0 ? [{ name: calls('INTERNAL'), at: growing(failuresPerMinute) }] : []),
  ];
}

const deaths = (perMinute: number): Series => ({
  name: 'meridian_node_deaths_declared_total{instance="door"}',
  at: (minute) => perMinute * minute,
});

/** Builds that must not get more rooms, and the gate that sees it. */
const BAD_BUILDS = {
  refuses: ['join-failures', { failuresPerMinute: 60 }],
  refuses_a_little_more_than_the_old: ['join-failures', { failuresPerMinute: 8 }],
  slow: ['action-latency', { actionP95Seconds: 0.45 }],
  slower_than_the_old: ['action-latency', { actionP95Seconds: 0.15 }],
  overruns: ['tick-overruns', { overrunsPerMinute: 60 }],
  throws: ['room-faults', { faultsPerMinute: 20 }],
  forgets_awaits: ['unhandled-rejections', { rejectionsPerMinute: 0.5 }],
  crashes: ['restarts', { startsAgain: true }],
} as const satisfies Readonly<Record<string, readonly [string, Figures]>>;

describe.skipIf(findProgram(['prometheus']) === null)('gates', () => {
  const owned = new AsyncDisposableStack();
  let prometheus: PrometheusOfSamples;
  beforeAll(async () => {
    const bad = Object.entries(BAD_BUILDS).flatMap(([build, [, figures]]) =>
      seriesOf(build, figures),
    );
    const thin = seriesOf('thin', { joinsPerMinute: 2 });
    prometheus = owned.use(
      await PrometheusOfSamples.start([
        ...[...seriesOf('old'), ...seriesOf('good'), ...bad, ...thin, deaths(0)],
      ]),
    );
  });
  afterAll(() => owned.disposeAsync());

  test('[RO-10] pass for a build that does as the old one', async () => {
    const { verdict, results } = await gates('good');
    expect(results.filter((it) => it.verdict !== 'pass')).toEqual([]);
    expect(results).toHaveLength(readGateFile(FILE).gates.length);
    expect(verdict).toBe('pass');
  });

  test.each(Object.entries(BAD_BUILDS))('[RO-10] a build that %s fails', async (build, [gate]) => {
    const { verdict, results } = await gates(build);
    expect(results.filter((it) => it.verdict === 'fail').map((it) => it.gate)).toEqual([gate]);
    expect(verdict).toBe('fail');
  });

  test('[RO-11] too little data, and none at all, is no pass', async () => {
    const thin = await gates('thin');
    expect(thin.results.filter((it) => it.verdict !== 'pass')).toMatchObject([
      { gate: 'join-failures', verdict: 'unknown' },
    ]);
    expect(thin.verdict).toBe('unknown');
    const absent = await gates('never-deployed');
    expect(absent.results.map((it) => it.verdict)).toEqual(absent.results.map(() => 'unknown'));
    expect(absent.verdict).toBe('unknown');
  });

  test('[RO-11] nor is an old build of which nothing is known', async () => {
    const { verdict, results } = await gates('good', { old: 'gone' });
    expect(results.find((it) => it.gate === 'join-failures')).toMatchObject({
      verdict: 'unknown',
      reason: 'the old build has no number',
    });
    expect(verdict).toBe('unknown');
  });

  test('[RO-11] nor is a Prometheus that is away', async () => {
    const { verdict, results } = await gates('good', { url: 'http://127.0.0.1:1' });
    expect(new Set(results.map((it) => it.verdict))).toEqual(new Set(['unknown']));
    expect(verdict).toBe('unknown');
  });

  test('[RO-10] into a region that loses nodes nothing is released', async () => {
    await using losing = await PrometheusOfSamples.start([...seriesOf('good'), deaths(1)]);
    const { results } = await gates('good', { url: losing.url });
    expect(results.find((it) => it.gate === 'failovers')).toMatchObject({ verdict: 'fail' });
  });

  test('[RO-11] scripts get an exit code for each: passed, failed, not known', async () => {
    const ends = await Promise.all(
      ['good', 'slow', 'thin'].map((build) => command(['--new', build, '--old', 'old', '--json'])),
    );
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 1, 3]);
    expect(ends.map(({ stdout }) => JSON.parse(stdout).verdict)).toEqual([
      'pass',
      'fail',
      'unknown',
    ]);
  });

  test('people get a table', async () => {
    const { stdout } = await command(['--new', 'slow', '--old', 'old']);
    expect(stdout).toMatch(/^gate +verdict +new +old +most\n/);
    expect(stdout).toMatch(/\naction-latency +FAIL +0\.45 +0\.08 +0\.4 +more than 0\.4\n/);
  });

  test('what is wrong with the file or a query is said at once', async () => {
    await using folder = await temporaryFolder('gates');
    const path = join(folder.path, 'gates.yaml');
    const content = readFileSync(FILE, 'utf8');
    const faults = {
      'parse error': content.replace('sum(changes(', 'sum(changes(('),
      'numbers in place of one': content.replace('sum(changes(process', '(changes(process'),
      'Unrecognized key': content.replace('window: 10m', 'window: 10m\nwindows: 5m'),
      'gates.yaml': 'window: [',
    };
    for (const [said, broken] of Object.entries(faults)) {
      writeFileSync(path, broken);
      const { exitCode, stderr } = await command([
        '--new',
        'good',
        '--old',
        'old',
        '--gates',
        path,
      ]);
      expect(stderr).toContain(said);
      expect(exitCode).toBe(2);
    }
    expect((await command(['--new', '"} or 1', '--old', 'old'])).exitCode).toBe(2);
  });

  /** One look, and no wait. */
  function gates(
    build: string,
    { old = 'old', url = prometheus.url }: { readonly old?: string; readonly url?: string } = {},
  ) {
    return watchGates({
      ...{ prometheus: new Prometheus(url), file: readGateFile(FILE), builds: { new: build, old } },
      ...{ observeMs: 0, waitMs: 0, intervalMs: 1 },
    });
  }

  function command(args: readonly string[], url = prometheus.url) {
    const once = ['--observe', '0', '--wait', '0'];
    return run('gates.ts', ['--prometheus', url, ...once, ...args]);
  }

  describe('a rollout', () => {
    test('[RO-12] goes on while the gates pass, to all rooms', async () => {
      await using tool = await recordingTool();
      const { exitCode, stdout } = await rollout('good', tool);
      expect(tool.said()).toEqual([
        'canary good --share 5 --by rollout',
        'canary good --share 25 --by rollout',
        'promote good --by rollout',
      ]);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('{"build":"good","kind":"promoted"}');
      expect(exitCode).toBe(0);
    });

    test.each(['throws', 'never-deployed'])(
      '[RO-12] is taken back at the first gate that does not pass: %s',
      async (build) => {
        await using tool = await recordingTool();
        const { exitCode } = await rollout(build, tool);
        expect(tool.said()).toEqual([
          `canary ${build} --share 5 --by rollout`,
          `rollback ${build} --by rollout`,
        ]);
        expect(exitCode).toBe(1);
      },
    );

    test('[RO-12] is taken back when the release command fails on the way', async () => {
      await using tool = await recordingTool('promote');
      const { exitCode } = await rollout('good', tool);
      expect(tool.said().at(-1)).toBe('rollback good --by rollout');
      expect(exitCode).toBe(1);
    });

    test('[RO-12] that cannot be taken back says so with an exit code of its own', async () => {
      await using tool = await recordingTool('rollback');
      const { exitCode, stdout } = await rollout('throws', tool);
      expect(stdout).toContain('"kind":"stuck"');
      expect(exitCode).toBe(4);
    });

    test('[RO-12] begins only when every query is understood', async () => {
      await using tool = await recordingTool();
      const path = join(tool.folder, 'gates.yaml');
      writeFileSync(path, readFileSync(FILE, 'utf8').replace('sum(changes(', 'sum(changes(('));
      const { exitCode } = await rollout('good', tool, ['--gates', path]);
      expect(tool.said()).toEqual([]);
      expect(exitCode).toBe(2);
    });

    function rollout(
      build: string,
      tool: { readonly command: readonly string[] },
      more: readonly string[] = [],
    ) {
      return run('rollout.ts', [
        ...['--new', build, '--old', 'old', '--prometheus', prometheus.url],
        ...['--steps', '5,25,100', '--observe', '0', '--wait', '0', ...more, '--', ...tool.command],
      ]);
    }
  });
});

describe('[RO-11] the time that gates are watched', () => {
  const file: GateFile = {
    window: '1m',
    gates: [
      { name: 'g', says: 's', query: 'bad', enough: { query: 'enough', least: 10 }, most: 1 },
    ],
  };

  /** @param numbers - at each look; the last one stays */
  async function watched(numbers: readonly { readonly enough: number; readonly bad: number }[]) {
    let looks = 0;
    const prometheus = {
      number: async (query: string) => {
        const now = numbers[Math.min(looks, numbers.length - 1)];
        return query === 'bad' ? (now?.bad ?? null) : (now?.enough ?? null);
      },
    };
    const startedMs = performance.now();
    const { verdict } = await watchGates({
      ...{ prometheus, file, builds: { new: 'n', old: 'o' } },
      ...{ observeMs: 60, waitMs: 60, intervalMs: 5 },
      onRound: () => {
        looks += 1;
      },
    });
    return { verdict, looks, tookMs: performance.now() - startedMs };
  }

  test('a failure ends it at once', async () => {
    const found = await watched([
      { enough: 10, bad: 0 },
      { enough: 10, bad: 2 },
    ]);
    expect(found).toMatchObject({ verdict: 'fail', looks: 2 });
  });

  test('a pass must last for as long as was asked', async () => {
    const { verdict, tookMs } = await watched([{ enough: 10, bad: 0 }]);
    expect(verdict).toBe('pass');
    expect(tookMs).toBeGreaterThanOrEqual(60);
  });

  test('what is unknown is waited for, and in the end is unknown', async () => {
    expect(
      await watched([
        { enough: 9, bad: 0 },
        { enough: 10, bad: 0 },
      ]),
    ).toMatchObject({
      verdict: 'pass',
    });
    const { verdict, tookMs } = await watched([{ enough: 9, bad: 0 }]);
    expect(verdict).toBe('unknown');
    expect(tookMs).toBeGreaterThanOrEqual(120);
  });
});

test('[RO-10] a gate by its numbers: the tighter of both limits holds', () => {
  const gate = {
    ...{ name: 'g', says: 's', query: 'q', enough: { query: 'e', least: 10 } },
    ...{ most: 0.5, than_old: { times: 2, plus: 0.1 } },
  };
  const judge = (enough: number | null, ofNew: number | null, old: number | null) =>
    judgeGate(gate, { enough, new: ofNew, old }).verdict;
  expect(judge(10, 0.3, 0.1)).toBe('pass');
  expect(judge(10, 0.31, 0.1)).toBe('fail');
  expect(judge(10, 0.51, 10)).toBe('fail');
  expect(judge(10, 0.6, null)).toBe('fail');
  expect(judge(10, 0.3, null)).toBe('unknown');
  expect(judge(9, 0, 0)).toBe('unknown');
  expect(judge(null, 0, 0)).toBe('unknown');
  expect(judge(10, null, 0)).toBe('unknown');
  expect(judge(10, Number.POSITIVE_INFINITY, 0)).toBe('fail');
});

function run(script: string, args: readonly string[]) {
  const { promise, resolve } = Promise.withResolvers<{
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
  }>();
  const path = join(repositoryRoot, 'infra/deploy', script);
  const child = execFile(process.execPath, [path, ...args], (_error, stdout, stderr) =>
    resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
  );
  return promise;
}

/** In place of `meridian release`: writes down what it is told. @param failing - the word it fails at */
async function recordingTool(failing = '') {
  const folder = await temporaryFolder('release-tool');
  const log = join(folder.path, 'said');
  const script = join(folder.path, 'tool.mjs');
  writeFileSync(log, '');
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
const said = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, said.join(' ') + '\\n');
process.exitCode = said[0] === ${JSON.stringify(failing)} ? 1 : 0;\n`,
  );
  return {
    folder: folder.path,
    command: [process.execPath, script],
    said: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
