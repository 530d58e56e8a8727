import { goFirst } from '../../machine/go-first.ts';
import { findRuntimes } from '../../machine/runtimes.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { CapacitySearch } from './capacity-search.ts';
import type { Contender, ContenderName } from './contenders.ts';
import { roomsFigures } from './figures.ts';
import type { RoomsOptions } from './options.ts';
import {
  type FailedRun,
  holds,
  isGeneratorLimited,
  isNoisy,
  isSound,
  type PlayRun,
  type Run,
} from './run.ts';
import { ContenderRunner, type Durations } from './run-contender.ts';
import { roomsTable } from './table.ts';

const FULL: Durations = { warmUpMs: 3_000, windowMs: 6_000, quietWithinMs: 12_000, attempts: 3 };
const QUICK: Durations = { warmUpMs: 1_000, windowMs: 2_500, quietWithinMs: 1_000, attempts: 1 };
const IDLE_FULL = { clients: 1_000, rooms: 2_000 };
const IDLE_QUICK = { clients: 200, rooms: 500 };

export interface RoomsResult {
  readonly report: Report;
  readonly table: string;
  readonly contenders: readonly Contender[];
  readonly capacities: ReadonlyMap<ContenderName, number>;
  readonly runs: readonly Run[];
}

/** Runs the whole bench; `progress` gets one line per run. */
export async function runRoomsSuite(
  projectRoot: string,
  options: RoomsOptions,
  progress: (line: string) => void,
): Promise<RoomsResult> {
  const runtimes = findRuntimes(projectRoot);
  using _first = goFirst(runtimes);
  const runner = new ContenderRunner(projectRoot, runtimes, options.quick ? QUICK : FULL);
  const turns = options.quick ? 1 : options.turns;
  const runs: Run[] = [];
  const keep = (run: Run, verdict = '') => {
    runs.push(run);
    progress(`${describe(run)}${verdict}`);
  };

  for (let turn = 0; turn < turns; turn++) {
    for (const contender of rotate(options.contenders, turn)) {
      keep(await runner.play(contender, options.players, 'turn'));
    }
  }
  if (options.idle) await measureIdle(runner, options, turns, keep);
  const capacities = new Map<ContenderName, number>();
  if (options['find-max'] ?? !options.quick) {
    await findCapacities(runner, options.contenders, capacities, keep, progress);
  }

  const notes = notesOn(runs, options, runtimes.canPin, runtimes.bun === null);
  const report = completeReport(projectRoot, {
    suite: 'rooms',
    isPinned: runtimes.canPin,
    figures: roomsFigures({
      isQuick: options.quick,
      players: options.players,
      turns,
      capacities,
      runs,
    }),
    notes,
    runs,
  });
  const { contenders } = options;
  return { report, table: roomsTable(contenders, runs, capacities), contenders, capacities, runs };
}

type Keep = (run: Run, verdict?: string) => void;

async function measureIdle(
  runner: ContenderRunner,
  options: RoomsOptions,
  turns: number,
  keep: Keep,
): Promise<void> {
  const { clients, rooms } = options.quick ? IDLE_QUICK : IDLE_FULL;
  const withRooms = options.contenders.filter(({ hasIdleRooms }) => hasIdleRooms);
  for (let turn = 0; turn < turns; turn++) {
    for (const contender of rotate(withRooms, turn)) {
      keep(await runner.memory(contender, clients));
      keep(await runner.idleRooms(contender, rooms));
    }
  }
}

/** One run of each unfinished search after the other, so that slow changes of the machine meet all alike. */
async function findCapacities(
  runner: ContenderRunner,
  contenders: readonly Contender[],
  capacities: Map<ContenderName, number>,
  keep: Keep,
  progress: (line: string) => void,
): Promise<void> {
  const searches = contenders.map((contender) => ({
    contender,
    search: new CapacitySearch(contender.likelyPlayers),
  }));
  for (let turn = 0; capacities.size < contenders.length; turn++) {
    for (const { contender, search } of rotate(searches, turn)) {
      if (capacities.has(contender.name)) continue;
      const step = search.step();
      if (step.kind === 'found') {
        capacities.set(contender.name, step.players);
        progress(
          `${contender.name.padEnd(18)} holds ${step.players} players (${step.passes} of ${step.of})`,
        );
        continue;
      }
      const run = await runner.play(contender, step.players, 'capacity');
      const hasPassed = holds(run);
      keep(run, hasPassed ? '  holds' : '  does not hold');
      search.report(hasPassed);
    }
  }
}

function describe(run: Run): string {
  const head = run.contender.padEnd(18);
  switch (run.kind) {
    case 'play':
      return `${head} ${describePlay(run)}`;
    case 'memory':
      return `${head} ${run.clients} idle clients: ${kb(run.rssBytesPerClient)} kB RSS each`;
    case 'idle-rooms':
      return `${head} ${run.rooms} idle rooms: ${kb(run.rssBytesPerRoom)} kB RSS each, ${run.cpuPercent} % CPU`;
    case 'failed':
      return `${head} ${run.purpose} with ${run.players} failed: ${firstLines(run.message)}`;
  }
}

function describePlay(run: PlayRun): string {
  const { server, load } = run;
  const warnings = [
    isNoisy(run) ? `noisy (${run.noisePercent.server}/${run.noisePercent.load} %)` : '',
    isGeneratorLimited(run) ? 'generator at its limit' : '',
    isSound(run) ? '' : `unsound (${load.faults} faults, ${load.entitiesSeen} seen)`,
  ].filter((warning) => warning !== '');
  return [
    `${String(run.players).padStart(5)} players`,
    `CPU ${server.cpuPercent.toFixed(1).padStart(5)} %`,
    `lag p99 ${server.loopLagMs.p99.toFixed(1).padStart(5)} ms`,
    `latency ${load.actionMs.p50.toFixed(0).padStart(3)} / ${load.actionMs.p95.toFixed(0).padStart(3)} ms`,
    `${String(load.bytesPerPlayerPerSecond).padStart(6)} B/s`,
    `${load.patchesPerPlayerPerSecond.toFixed(1)} patches/s`,
    `generator ${load.cpuPercent.toFixed(0)} %`,
    ...(load.dropped > 0 ? [`${load.dropped} dropped`] : []),
    ...warnings,
  ].join('  ');
}

function notesOn(
  runs: readonly Run[],
  options: RoomsOptions,
  isPinned: boolean,
  lacksBun: boolean,
): string[] {
  const plays = runs.filter((run): run is PlayRun => run.kind === 'play');
  const failed = runs.filter((run): run is FailedRun => run.kind === 'failed');
  const count = (test: (run: PlayRun) => boolean) => plays.filter(test).length;
  const noisy = count(isNoisy);
  const limited = count(isGeneratorLimited);
  const unsound = count((run) => !isSound(run));
  return [
    options.quick ? QUICK_NOTE : '',
    isPinned ? '' : 'Not pinned: taskset or a second core is missing, so contenders shared cores.',
    lacksBun ? 'The load generator ran on Node: it reaches its own limit earlier than on Bun.' : '',
    noisy > 0 ? `${noisy} of ${plays.length} runs were disturbed by other work on the cores.` : '',
    limited > 0 ? `${limited} runs reached the limit of the load generator, not the server's.` : '',
    unsound > 0
      ? `${unsound} runs were unsound: probes saw faults or rooms that were not full.`
      : '',
    ...new Set(failed.map(describe)),
  ].filter((note) => note !== '');
}

/** The list begun `by` places later: everybody goes first in turn. */
function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Enough of a message that may carry a stack. */
function firstLines(message: string): string {
  return message.split('\n').slice(0, 4).join(' ').replaceAll(/ +/g, ' ');
}

function kb(bytes: number): string {
  return (bytes / 1_024).toFixed(1);
}
