import { readFileSync, writeFileSync } from 'node:fs';
import type { Report } from '../report/report.ts';
import { completeReport } from '../report/write-report.ts';
import { contenderFigures, figureNameOf, renamed } from './contender-figures.ts';
import { contenderLine, contenderText } from './contender-table.ts';
import { LARGEST_SMALL_SET, optimalCosts } from './judge/optimum.ts';
import { drawArrivals } from './model/arrivals.ts';
import { SCENARIOS, type Scenario } from './model/scenario.ts';
import {
  parseTicketLog,
  type TicketLog,
  TicketLogError,
  writeTicketLog,
} from './model/ticket-log.ts';
import { readWorld } from './model/world.ts';
import { type MatchsimOptions, STANDARD_SEED } from './options.ts';
import { type SimulationRun, simulate } from './simulate.ts';

const MS_PER_SECOND = 1_000;

/** What every report of these contenders must say of them. */
export const SPLIT_NOTE =
  'Every contender but Meridian gets its teams from the judge, split as well as can be, and parties are never torn: QueueRoom and Nakama do neither, so their real matches are worse.';

export interface MatchsimResult {
  readonly report: Report;
  readonly table: string;
  readonly log: TicketLog;
  readonly runs: readonly SimulationRun[];
}

/** Runs all contenders on the same tickets; `progress` gets a line each. */
export async function runMatchsim(
  projectRoot: string,
  options: MatchsimOptions,
  progress: (line: string) => void,
): Promise<MatchsimResult> {
  const { seed, contenders } = options;
  const teamSize = options['team-size'];
  const log = logOf(options);
  if (options.record !== undefined) writeFileSync(options.record, writeTicketLog(log));
  progress(
    `${log.name}: ${log.tickets.length} tickets in ${log.durationMs / MS_PER_SECOND} s, seed ${seed}`,
  );
  const runs: SimulationRun[] = [];
  for (const contender of contenders) {
    const run = await simulate(contender, log, { teamSize, seed });
    runs.push(run);
    progress(contenderLine(run));
  }
  const prefix = isStandard(options) ? '' : 'custom_';
  const figures: Record<string, number> = {
    ...Object.assign(
      {},
      ...runs.map((run) => contenderFigures(run, `_${figureNameOf(run.contender)}`)),
    ),
    ...costRatios(log, teamSize, runs),
  };
  const report = completeReport(projectRoot, {
    suite: `matchsim-${options.replay === undefined ? log.name : 'replay'}`,
    isPinned: false,
    figures: { seed, ...renamed(figures, (name) => `${prefix}${name}`) },
    notes: [SPLIT_NOTE],
    runs: runs.map(({ distributions: _, ...run }) => run),
  });
  return { report, table: contenderText(runs), log, runs };
}

function logOf(options: MatchsimOptions): TicketLog {
  if (options.replay !== undefined) return readTicketLog(options.replay);
  const world = readWorld(options.matrix);
  const scenario = adjusted(SCENARIOS[options.scenario], options);
  const tickets = drawArrivals(world, scenario, options.seed);
  const { name, durationMs, outages } = scenario;
  return { name, regions: world.regions, durationMs, outages, tickets };
}

function readTicketLog(path: string): TicketLog {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TicketLogError((cause as Error).message, { cause });
  }
  return parseTicketLog(text);
}

function adjusted(scenario: Scenario, { rate, seconds }: MatchsimOptions): Scenario {
  const durationMs = seconds === undefined ? scenario.durationMs : seconds * MS_PER_SECOND;
  return {
    ...scenario,
    ticketsPerSecond: rate ?? scenario.ticketsPerSecond,
    durationMs,
    dayMs: scenario.dayMs === null ? null : durationMs,
  };
}

function isStandard(options: MatchsimOptions): boolean {
  return (
    options.replay === undefined &&
    options.rate === undefined &&
    options.seconds === undefined &&
    options['team-size'] === 5 &&
    options.matrix === 'aws' &&
    options.seed === STANDARD_SEED
  );
}

/** Where the best that could be done can be found out. */
function costRatios(
  { tickets }: TicketLog,
  teamSize: number,
  runs: readonly SimulationRun[],
): Record<string, number> {
  const isSmall =
    tickets.length <= LARGEST_SMALL_SET && tickets.every(({ members }) => members.length === 1);
  if (!isSmall) return {};
  const optimum = optimalCosts(tickets, teamSize);
  const ratios = runs.map(({ contender, metrics, totalCost }) => {
    const ratio = totalCost / (optimum[metrics.matches] ?? Number.NaN);
    return [`cost_ratio_vs_optimum_${figureNameOf(contender)}`, ratio];
  });
  return Object.fromEntries(ratios) as Record<string, number>;
}
