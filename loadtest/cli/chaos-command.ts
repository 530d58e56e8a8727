import { chaosFigures } from '../chaos/chaos-figures.ts';
import { secondLine, verdictTable } from '../chaos/chaos-table.ts';
import { CHAOS_FLAGS, type ChaosOptions } from '../chaos/options.ts';
import { type ChaosRun, runChaos } from '../chaos/run-chaos.ts';
import { SCENARIO_NAMES, type Scenario } from '../chaos/scenarios/scenario.ts';
import { SCENARIOS } from '../chaos/scenarios/scenarios.ts';
import { runWorldChaos, type WorldChaosRun } from '../chaos/world/run-world-chaos.ts';
import { worldFigures } from '../chaos/world/world-figures.ts';
import { WORLD_CHAOS_FLAGS, type WorldChaosOptions } from '../chaos/world/world-options.ts';
import { WORLD_SCENARIO_NAMES, type WorldScenario } from '../chaos/world/world-scenario.ts';
import { WORLD_SCENARIOS } from '../chaos/world/world-scenarios.ts';
import { worldSecondLine } from '../chaos/world/world-second-line.ts';
import { chaosPage } from '../report/chaos-page.ts';
import type { Report } from '../report/report.ts';
import { worldChaosPage } from '../report/world-chaos-page.ts';
import { completeReport } from '../report/write-report.ts';
import { parseCommand } from './command-line.ts';
import { figureLines, type Outcome, PROJECT_ROOT, runReportCommand } from './report-command.ts';

/** Heartbeats between regions come twice a second; ways that carry nothing for so long are felt. */
const STARVED_MS = 500;
const USAGE = 'npm run chaos --';

/** `chaos <scenario>`; returns the exit code: 1 when a promise was broken. */
export async function runChaosCommand(argv: readonly string[]): Promise<number> {
  const [name = '', ...flags] = argv;
  const worldScenario = Object.values(WORLD_SCENARIOS).find((known) => known.name === name);
  if (worldScenario !== undefined) {
    return await runReportCommand(
      {
        usage: `${USAGE} ${worldScenario.name}`,
        summary: worldScenario.summary,
        flags: WORLD_CHAOS_FLAGS,
      },
      flags,
      async (options, tell) => await playWorldScenario(worldScenario, options, tell),
    );
  }
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

async function playWorldScenario(
  scenario: WorldScenario,
  options: WorldChaosOptions,
  tell: (line: string) => void,
): Promise<Outcome> {
  tell(scenario.summary);
  const run = await runWorldChaos(scenario, options, (second) => tell(worldSecondLine(second)));
  const report = worldReportOf(scenario, options, run);
  return {
    report,
    summary: `${verdictTable(run.verdicts)}\n\n${figureLines(report)}`,
    page: worldChaosPage(report, run),
    hasFailed: report.figures['broken_invariants'] !== 0,
  };
}

function worldReportOf(
  scenario: WorldScenario,
  options: WorldChaosOptions,
  { evidence, verdicts, seconds }: WorldChaosRun,
): Report {
  const { refusals, trips, troubles } = evidence;
  const failedSeats = trips.flatMap(({ seat }) => (seat?.kind === 'failed' ? [seat.code] : []));
  return completeReport(PROJECT_ROOT, {
    suite: `chaos-${scenario.name}`,
    isPinned: false,
    figures: worldFigures(evidence, verdicts),
    notes: [
      ...(options.quick ? ['Quick: few rooms, short games.'] : []),
      'Five regions, their players and the ways between them share the cores of one machine.',
      ...(evidence.waysStoodStillMs > STARVED_MS
        ? ['Others took the cores: the ways between regions stood still, which nobody has ordered.']
        : []),
      ...countsOf(
        'entries were refused',
        refusals.map(({ code }) => code),
      ),
      ...countsOf('seats were not taken', failedSeats),
    ],
    runs: [{ kind: 'chaos', scenario: scenario.name, verdicts, seconds, troubles }],
  });
}

/** A note per reason. */
function countsOf(what: string, codes: readonly string[]): readonly string[] {
  const counts = Map.groupBy(codes, (code) => code);
  return [...counts].map(([code, same]) => `${same.length} ${what}: ${code}`);
}

function overview(): string {
  const names = [...SCENARIO_NAMES, ...WORLD_SCENARIO_NAMES];
  const width = Math.max(...names.map(({ length }) => length));
  return [
    'Breaks a local cluster under players and tells which promises of docs/spec/chaos.md were kept.',
    '',
    'Scenarios in one region:',
    ...SCENARIO_NAMES.map((name) => `  ${name.padEnd(width)}  ${SCENARIOS[name].summary}`),
    '',
    'Scenarios over five regions:',
    ...WORLD_SCENARIO_NAMES.map(
      (name) => `  ${name.padEnd(width)}  ${WORLD_SCENARIOS[name].summary}`,
    ),
  ].join('\n');
}
