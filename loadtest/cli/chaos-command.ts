import { chaosFigures } from '../chaos/chaos-figures.ts';
import { secondLine, verdictTable } from '../chaos/chaos-table.ts';
import { CHAOS_FLAGS, type ChaosOptions } from '../chaos/options.ts';
import { type ChaosRun, runChaos } from '../chaos/run-chaos.ts';
import { SCENARIO_NAMES, type Scenario } from '../chaos/scenarios/scenario.ts';
import { SCENARIOS } from '../chaos/scenarios/scenarios.ts';
import { chaosPage } from '../report/chaos-page.ts';
import type { Report } from '../report/report.ts';
import { completeReport } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';
import { figureLines, type Outcome, PROJECT_ROOT, runReportCommand } from './report-command.ts';

const USAGE = 'npm run chaos --';

/** `chaos <scenario>`; returns the exit code: 1 when a promise was broken. */
export async function runChaosCommand(argv: readonly string[]): Promise<number> {
  const [name = '', ...flags] = argv;
  const scenario = Object.values(SCENARIOS).find((known) => known.name === name);
  const spec = {
    usage: `${USAGE} ${scenario?.name ?? '<scenario>'}`,
    summary: scenario?.summary ?? overview(),
    flags: CHAOS_FLAGS,
  };
  if (scenario !== undefined) {
    return await runReportCommand(
      spec,
      flags,
      async (options, tell) => await playScenario(scenario, options, tell),
    );
  }
  const command = parseCommand(spec, argv);
  if (command.kind === 'help') {
    process.stdout.write(`${command.text}\n`);
    return 0;
  }
  const mistake = name === '' ? '' : `There is no scenario "${name}".\n`;
  process.stderr.write(`${mistake}${overview()}\n`);
  return 2;
}

async function playScenario(
  scenario: Scenario,
  options: ChaosOptions,
  tell: (line: string) => void,
): Promise<Outcome> {
  tell(scenario.summary);
  const run = await runChaos(scenario, options, (second) => tell(secondLine(second)));
  const report = reportOf(scenario, options, run);
  return {
    report,
    summary: `${verdictTable(run.verdicts)}\n\n${figureLines(report)}`,
    page: chaosPage(report, run),
    hasFailed: report.figures['broken_invariants'] !== 0,
  };
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
