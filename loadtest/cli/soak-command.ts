import { soakPage } from '../report/soak-page.ts';
import { completeReport } from '../report/write-report.ts';
import { QUICK, SOAK_BENCH_COMMAND, SOAK_COMMAND, type SoakOptions } from '../soak/options.ts';
import { runSoak, type SoakRun } from '../soak/run-soak.ts';
import { judgeSoak, soakFigures, soakIncidents } from '../soak/soak-figures.ts';
import { soakSummary } from '../soak/soak-summary.ts';
import { type Outcome, PROJECT_ROOT, runReportCommand } from './report-command.ts';

/** Ways of players stood still for so long: what they felt then is the machine's doing. */
const PAUSE_MS = 100;
const SEEDS = 2 ** 31;

/** `npm run soak`; returns the exit code: 1 when a target is missed. */
export async function runSoakCommand(argv: readonly string[]): Promise<number> {
  return await runReportCommand(SOAK_COMMAND, argv, async (options, tell) => {
    const seed = options.seed ?? Math.floor(Math.random() * SEEDS);
    return await soak({ ...options, seed }, tell);
  });
}

/** `npm run bench -- soak`; the same, and shorter with `--quick`. */
export async function runSoakBench(argv: readonly string[]): Promise<number> {
  return await runReportCommand(SOAK_BENCH_COMMAND, argv, async (options, tell) => {
    const size = options.quick ? QUICK : { minutes: 30, bots: 1_000 };
    const seed = options.seed ?? Math.floor(Math.random() * SEEDS);
    const minutes = options.minutes ?? size.minutes;
    const bots = options.bots ?? size.bots;
    return await soak({ seed, minutes, bots, logs: options.logs }, tell);
  });
}

async function soak(options: SoakOptions, tell: (line: string) => void): Promise<Outcome> {
  tell(`Seed ${options.seed}: --seed ${options.seed} plans the same faults again.`);
  const run = await runSoak(options, { projectRoot: PROJECT_ROOT, tell });
  const figures = soakFigures(run);
  const report = completeReport(PROJECT_ROOT, {
    suite: 'soak',
    isPinned: false,
    figures,
    notes: notesOf(run),
    runs: [runOf(run)],
  });
  return {
    report,
    summary: soakSummary(run),
    page: soakPage(report, run),
    hasFailed: judgeSoak(figures).some(({ isKept }) => !isKept),
  };
}

function notesOf({ options, book, observed }: SoakRun): string[] {
  const failures = Map.groupBy(book.failedJoins, ({ via, code }) => `${via}: ${code}`);
  return [
    `--seed ${options.seed} plans the same faults again.`,
    'Five regions, their players and the ways between them share the cores of one machine.',
    ...(book.longestPauseMs > PAUSE_MS
      ? [
          `Others took the cores: players' ways stood still for ${book.longestPauseMs.toFixed(0)} ms.`,
        ]
      : []),
    ...(observed === null ? ['No Prometheus is here: no panel and no alert was looked at.'] : []),
    ...[...failures].map(([what, of]) => `${of.length} did not get in by ${what}.`),
  ];
}

/** Everything that a reader may want to take apart. */
function runOf(run: SoakRun): object {
  return {
    ...{ kind: 'soak', plan: run.plan, faults: run.faults, incidents: soakIncidents(run) },
    ...{ seconds: run.book.seconds, lost: run.lost, doubleOwners: run.doubleOwners },
    ...{ growths: run.growths, observed: run.observed },
  };
}
