import { cpus } from 'node:os';
import { waitForQuiet } from '../../machine/cores.ts';
import { type Backlog, passBacklog } from '../../matchsim/backlog.ts';
import { contenderLine, contenderText } from '../../matchsim/contender-table.ts';
import { CONTENDER_NAMES, CONTENDERS } from '../../matchsim/contenders/contenders.ts';
import { drawArrivals } from '../../matchsim/model/arrivals.ts';
import { SCENARIOS } from '../../matchsim/model/scenario.ts';
import { readWorld, type World } from '../../matchsim/model/world.ts';
import { STANDARD_SEED } from '../../matchsim/options.ts';
import { SPLIT_NOTE } from '../../matchsim/run-matchsim.ts';
import { type SimulationRun, simulate } from '../../matchsim/simulate.ts';
import {
  compareWithOptimum,
  drawSmallSets,
  type SetKind,
  type SmallSets,
} from '../../matchsim/small-sets.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import {
  bestPeer,
  MAIN_RATE,
  type MatchmakingMeasurements,
  matchmakingFigures,
  type RateRuns,
} from './figures.ts';
import type { MatchmakingOptions } from './options.ts';

const TEAM_SIZE = 5;
const MS_PER_SECOND = 1_000;
/** Elapsed to CPU time of a pass that had its core to itself. */
const MOST_DISTURBANCE = 1.1;
const MOST_TRIES = 3;
/** Tickets per second and for how long, s: at the highest rate a minute shows as much as five at the others. */
const STREAMS = {
  full: [
    { ticketsPerSecond: 2, seconds: 300 },
    { ticketsPerSecond: MAIN_RATE, seconds: 300 },
    { ticketsPerSecond: 200, seconds: 60 },
  ],
  // Those who wait at the end weigh more in a shorter run, and the peers would be others.
  quick: [
    { ticketsPerSecond: 2, seconds: 300 },
    { ticketsPerSecond: MAIN_RATE, seconds: 300 },
    { ticketsPerSecond: 200, seconds: 20 },
  ],
} as const;
/** Passes are timed: others on the machine would be part of it. */
const QUIET_WITHIN_MS = 10_000;
const SMALL_SETS = { full: 200, quick: 20 } as const;
/** Full queues: how many wait, and how often a pass is made over as many new ones. */
const SMALL_BACKLOG = {
  full: { tickets: 10_000, passes: 5 },
  quick: { tickets: 10_000, passes: 2 },
} as const;
const LARGE_BACKLOG = {
  full: { tickets: 100_000, passes: 3 },
  quick: { tickets: 100_000, passes: 0 },
} as const;

export interface MatchmakingResult {
  readonly report: Report;
  /** For the terminal: contenders by rate. */
  readonly tables: string;
  readonly rates: readonly RateRuns[];
}

/** Runs the whole bench; `progress` gets a line per contender and measurement. */
export async function runMatchmakingSuite(
  projectRoot: string,
  options: MatchmakingOptions,
  progress: (line: string) => void,
): Promise<MatchmakingResult> {
  const { quick, seed, 'only-speed': onlySpeed } = options;
  const size = quick ? 'quick' : 'full';
  const world = readWorld('aws');
  progress(`seed ${seed}`);
  const rates: RateRuns[] = [];
  for (const stream of onlySpeed ? [] : STREAMS[size]) {
    progress(`${stream.ticketsPerSecond} tickets/s for ${stream.seconds} s`);
    rates.push(await runStream(world, stream, seed, progress));
  }
  const smallSets: SmallSets[] = [];
  for (const kind of onlySpeed ? [] : (['evening', 'snapshot'] as const)) {
    smallSets.push(...(await runSmallSets(world, kind, SMALL_SETS[size], seed, progress)));
  }
  const smallBacklogs = await runBacklogs(world, SMALL_BACKLOG[size], seed, progress);
  const largeBacklogs = await runBacklogs(world, LARGE_BACKLOG[size], seed, progress);
  const measurements = { rates, smallSets, smallBacklogs, largeBacklogs };
  const report = completeReport(projectRoot, {
    suite: 'matchmaking',
    isPinned: false,
    figures: { seed, ...matchmakingFigures(measurements, prefixOf(options)) },
    notes: notesOn(options, measurements),
    runs: [
      ...rates.flatMap(({ ticketsPerSecond, runs }) =>
        runs.map(({ distributions: _, ...run }) => ({ ticketsPerSecond, ...run })),
      ),
      ...smallSets.map(({ kind, ...sets }) => ({ kind: `small-sets-${kind}`, ...sets })),
      ...[...smallBacklogs, ...largeBacklogs].map((backlog) => ({ kind: 'backlog', ...backlog })),
    ],
  });
  const tables = rates
    .map(({ ticketsPerSecond, runs }) => `${ticketsPerSecond} tickets/s\n\n${contenderText(runs)}`)
    .join('\n\n');
  return { report, tables, rates };
}

async function runStream(
  world: World,
  { ticketsPerSecond, seconds }: (typeof STREAMS)[keyof typeof STREAMS][number],
  seed: number,
  progress: (line: string) => void,
): Promise<RateRuns> {
  const durationMs = seconds * MS_PER_SECOND;
  const scenario = { ...SCENARIOS.steady, ticketsPerSecond, durationMs };
  const tickets = drawArrivals(world, scenario, seed);
  const log = { name: 'steady', regions: world.regions, durationMs, outages: [], tickets };
  const runs: SimulationRun[] = [];
  for (const contender of CONTENDER_NAMES) {
    const run = await simulate(contender, log, { teamSize: TEAM_SIZE, seed });
    runs.push(run);
    progress(contenderLine(run));
  }
  return { ticketsPerSecond, runs };
}

async function runSmallSets(
  world: World,
  kind: SetKind,
  count: number,
  seed: number,
  progress: (line: string) => void,
): Promise<SmallSets[]> {
  progress(`${count} small sets against the optimum: ${kind}`);
  const drawn = drawSmallSets(world, kind, { count, seed });
  const all: SmallSets[] = [];
  for (const contender of CONTENDER_NAMES) {
    const sets = await compareWithOptimum(contender, drawn, seed);
    all.push(sets);
    const { costRatioMean, matchedRatio } = sets;
    progress(
      `${CONTENDERS[contender].title.padEnd(22)} cost ${costRatioMean.toFixed(3)} × optimum, matched ${(matchedRatio * 100).toFixed(1)} %`,
    );
  }
  return all;
}

/** The first pass is not kept: it also compiles. */
async function runBacklogs(
  world: World,
  { tickets, passes }: { readonly tickets: number; readonly passes: number },
  seed: number,
  progress: (line: string) => void,
): Promise<Backlog[]> {
  if (passes === 0) return [];
  await waitForQuiet([...cpus().keys()], QUIET_WITHIN_MS);
  await passBacklog(world, tickets, seed);
  const backlogs: Backlog[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const backlog = await undisturbed(() => passBacklog(world, tickets, seed + pass));
    backlogs.push(backlog);
    progress(backlogLine(backlog));
  }
  return backlogs;
}

/** A pass during which others used our core is repeated, up to {@link MOST_TRIES} in all; then it is kept, and the notes say so. */
async function undisturbed(measure: () => Promise<Backlog>): Promise<Backlog> {
  let backlog = await measure();
  for (let tries = 1; tries < MOST_TRIES && isDisturbed(backlog); tries++) {
    backlog = await measure();
  }
  return backlog;
}

function backlogLine(backlog: Backlog): string {
  const { tickets, passMs, passCpuMs, matchedTickets } = backlog;
  const { longestSliceMs, longestSliceCpuMs, longestOwnSliceMs } = backlog;
  return [
    `${tickets} queued`,
    `pass ${(passMs / MS_PER_SECOND).toFixed(2)} s (${(passCpuMs / MS_PER_SECOND).toFixed(2)} s CPU)`,
    `${matchedTickets} matched`,
    `longest slice ${longestSliceMs.toFixed(1)} ms (${longestSliceCpuMs.toFixed(1)} ms CPU; ${longestOwnSliceMs.toFixed(1)} ms with the core to itself)`,
  ].join('  ');
}

/** A figure's name never changes its meaning: shortened and unusual runs have their own. */
function prefixOf({ quick, seed }: MatchmakingOptions): string {
  if (quick) return 'quick_';
  return seed === STANDARD_SEED ? '' : 'custom_';
}

function notesOn({ quick }: MatchmakingOptions, measured: MatchmakingMeasurements): string[] {
  const { rates, smallBacklogs, largeBacklogs } = measured;
  const disturbed = [...smallBacklogs, ...largeBacklogs].filter(isDisturbed).length;
  const main = rates.find(({ ticketsPerSecond }) => ticketsPerSecond === MAIN_RATE);
  const peer = bestPeer(main?.runs ?? []);
  return [
    quick ? QUICK_NOTE : '',
    rates.length === 0 ? '' : SPLIT_NOTE,
    rates.length === 0
      ? ''
      : peer === null
        ? `At ${MAIN_RATE} tickets/s no other matches enough players to be compared with.`
        : `Best peer at ${MAIN_RATE} tickets/s: ${CONTENDERS[peer.contender].title}.`,
    'The times and the CPU of passes are those of this machine; everything else is the same everywhere for a seed.',
    disturbed > 0
      ? `During ${disturbed} passes over full queues others used our core: their times and slices hold what others took; compare with the CPU figures.`
      : '',
  ].filter((note) => note !== '');
}

/** Whether a pass took clearly longer than it computed. */
function isDisturbed({ passMs, passCpuMs }: Backlog): boolean {
  return passMs > MOST_DISTURBANCE * passCpuMs;
}
