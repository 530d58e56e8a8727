import { join, relative } from 'node:path';
import { conductLoadTest, type Target } from '../load/conductor.ts';
import { LOADTEST_COMMAND, type LoadTestOptions } from '../load/options.ts';
import { loadTestFigures, loadTestNotes, progressLine, summaryText } from '../load/results.ts';
import type { Timeline } from '../load/timeline.ts';
import { NodeProcess } from '../machine/node-process.ts';
import { Reaper } from '../machine/reaper.ts';
import { loadTestPage } from '../report/load-test-page.ts';
import type { Report } from '../report/report.ts';
import { completeReport, writeReportFile } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const DEFAULT_METRICS_PORT = '9464';
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** `loadtest`; returns the exit code: 1 when not one bot could join. */
export async function runLoadTestCommand(argv: readonly string[]): Promise<number> {
  const command = parseCommand(LOADTEST_COMMAND, argv);
  if (command.kind === 'help') {
    process.stdout.write(`${command.text}\n`);
    return 0;
  }
  if (command.kind === 'mistake') {
    process.stderr.write(`${command.text}\n`);
    return 2;
  }

  const options = command.values;
  const tell = (line: string) =>
    (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  const timeline = await playAgainst(options, tell);
  const report = reportOf(options, timeline);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  tell(`\n${summaryText(timeline)}\n`);
  for (const note of report.notes) tell(`! ${note}`);
  if (options.save) {
    const data = writeReportFile(PROJECT_ROOT, report.suite, 'json', text);
    const page = loadTestPage(report, timeline);
    const path = writeReportFile(PROJECT_ROOT, report.suite, 'html', page);
    tell(`Report: ${relative(process.cwd(), path)}, ${relative(process.cwd(), data)}`);
  }
  if (options.json) process.stdout.write(text);
  return (timeline.joins.get('OK') ?? 0) === 0 ? 1 : 0;
}

async function playAgainst(
  options: LoadTestOptions,
  tell: (line: string) => void,
): Promise<Timeline> {
  const play = (target: Target) =>
    conductLoadTest(PROJECT_ROOT, options, target, (second) => tell(progressLine(second)));
  if (options.endpoint !== undefined) {
    const endpoint = new URL(options.endpoint);
    return play({ endpoint, metrics: metricsOf(endpoint, options.metrics) });
  }
  await using reaper = new Reaper();
  await using server = await NodeProcess.start({
    projectRoot: PROJECT_ROOT,
    game: options.game,
    reaper,
  });
  tell(`Server started at ${server.endpoint.href}`);
  const timeline = await play(server);
  await server.stop();
  return timeline;
}

/** Metrics are never public: only of a server on this machine is their address guessed. */
function metricsOf(endpoint: URL, given: string | undefined): URL | null {
  if (given !== undefined) return new URL(given);
  if (!LOOPBACK.includes(endpoint.hostname)) return null;
  return new URL(`http://${endpoint.hostname}:${DEFAULT_METRICS_PORT}/metrics`);
}

function reportOf(options: LoadTestOptions, timeline: Timeline): Report {
  const { players, room, seconds, seed } = options;
  return completeReport(PROJECT_ROOT, {
    suite: 'loadtest',
    isPinned: false,
    figures: loadTestFigures(timeline),
    notes: loadTestNotes(timeline),
    runs: [
      {
        kind: 'loadtest',
        settings: { players, room, seconds, seed, joinsPerSecond: options['joins-per-second'] },
        joins: Object.fromEntries(timeline.joins),
        closes: Object.fromEntries(timeline.closes),
        faults: Object.fromEntries(timeline.faults),
        distributionMs: {
          join: timeline.totals.join.distribution(),
          action: timeline.totals.action.distribution(),
          patchInterval: timeline.totals.patchInterval.distribution(),
          rtt: timeline.totals.rtt.distribution(),
        },
        seconds: timeline.seconds,
      },
    ],
  });
}
