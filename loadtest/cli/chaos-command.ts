import { join, relative } from 'node:path';
import { chaosFigures } from '../chaos/chaos-figures.ts';
import { secondLine, verdictTable } from '../chaos/chaos-table.ts';
import { CHAOS_FLAGS, type ChaosOptions } from '../chaos/options.ts';
import { type ChaosRun, runChaos } from '../chaos/run-chaos.ts';
import { SCENARIO_NAMES, type Scenario } from '../chaos/scenarios/scenario.ts';
import { SCENARIOS } from '../chaos/scenarios/scenarios.ts';
import { chaosPage } from '../report/chaos-page.ts';
import type { Report } from '../report/report.ts';
import { completeReport, writeReportFile } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const USAGE = 'npm run chaos --';

/** `chaos <scenario>`; returns the exit code: 1 when a promise was broken. */
export async function runChaosCommand(argv: readonly string[]): Promise<number> {
  const [name = '', ...flags] = argv;
  const scenario = Object.values(SCENARIOS).find((known) => known.name === name);
  const command = parseCommand(
    {
      usage: `${USAGE} ${scenario?.name ?? '<scenario>'}`,
      summary: scenario?.summary ?? overview(),
      flags: CHAOS_FLAGS,
    },
    scenario === undefined ? argv : flags,
  );
  if (command.kind === 'help') {
    process.stdout.write(`${command.text}\n`);
    return 0;
  }
  if (scenario === undefined) {
    const mistake = name === '' ? '' : `There is no scenario "${name}".\n`;
    process.stderr.write(`${mistake}${overview()}\n`);
    return 2;
  }
  if (command.kind === 'mistake') {
    process.stderr.write(`${command.text}\n`);
    return 2;
  }
  return await playScenario(scenario, command.values);
}

async function playScenario(scenario: Scenario, options: ChaosOptions): Promise<number> {
  const tell = (line: string) =>
    (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  tell(scenario.summary);
  const run = await runChaos(scenario, options, (second) => tell(secondLine(second)));
  const report = reportOf(scenario, options, run);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  tell(`\n${verdictTable(run.verdicts)}\n`);
  for (const [figure, value] of Object.entries(report.figures)) {
    tell(`${figure.padEnd(30)} ${value}`);
  }
  for (const note of report.notes) tell(`! ${note}`);
  if (options.save) {
    const data = writeReportFile(PROJECT_ROOT, report.suite, 'json', text);
    const page = writeReportFile(PROJECT_ROOT, report.suite, 'html', chaosPage(report, run));
    tell(`Report: ${relative(process.cwd(), page)}, ${relative(process.cwd(), data)}`);
  }
  if (options.json) process.stdout.write(text);
  return report.figures['broken_invariants'] === 0 ? 0 : 1;
}

function reportOf(scenario: Scenario, options: ChaosOptions, run: ChaosRun): Report {
  const { evidence, verdicts, seconds } = run;
  return completeReport(PROJECT_ROOT, {
    suite: `chaos-${scenario.name}`,
    isPinned: false,
    figures: chaosFigures(evidence, verdicts),
    notes: [
      options.quick ? 'Quick: few rooms, short games.' : '',
      scenario.name === 'random' ? `--seed ${options.seed} repeats what was done.` : '',
      evidence.failedJoins.length > 0
        ? `${evidence.failedJoins.length} joins failed, e.g. ${evidence.failedJoins[0]?.reason}.`
        : '',
    ].filter((note) => note !== ''),
    runs: [
      { kind: 'chaos', scenario: scenario.name, verdicts, seconds, endings: evidence.endings },
    ],
  });
}

function overview(): string {
  const width = Math.max(...SCENARIO_NAMES.map(({ length }) => length));
  return [
    'Breaks a local cluster under players and tells which promises of docs/spec/chaos.md were kept.',
    '',
    'Scenarios:',
    ...SCENARIO_NAMES.map((name) => `  ${name.padEnd(width)}  ${SCENARIOS[name].summary}`),
  ].join('\n');
}
