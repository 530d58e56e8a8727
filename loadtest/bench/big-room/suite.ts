import { loadavg } from 'node:os';
import { goFirst } from '../../machine/go-first.ts';
import { findRuntimes } from '../../machine/runtimes.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { CapacitySearch } from '../rooms/capacity-search.ts';
import { ENCODERS, type EncoderName } from './encode-contenders.ts';
import { measureEncoding } from './encode-turns.ts';
import { type BigRoomRun, bigRoomFigures } from './figures.ts';
import type { BigRoomOptions } from './options.ts';
import { type FailedPlay, HELD, type PlayRun, playBigRoom, playTwoBigRooms } from './play-run.ts';
import type { ScenarioName } from './scenarios.ts';

const FULL = { encode: { turns: 6, ticks: 60 }, play: { warmUpMs: 4_000, windowMs: 10_000 } };
const QUICK = { encode: { turns: 2, ticks: 30 }, play: { warmUpMs: 1_500, windowMs: 4_000 } };
/** Where the search for the largest room begins. */
const LIKELY: Readonly<Record<EncoderName, number>> = { meridian: 1_300, colyseus: 500 };
/** All see all, and each input is told to all: no socket here takes so much. */
const ENCODE_ONLY: ReadonlySet<ScenarioName> = new Set(['one-cell']);

/** Runs the whole bench; `progress` gets one line per run. */
export async function runBigRoomSuite(
  projectRoot: string,
  options: BigRoomOptions,
  progress: (line: string) => void,
): Promise<Report> {
  const runtimes = findRuntimes(projectRoot);
  using _first = goFirst(runtimes);
  const where = { projectRoot, runtimes };
  const length = options.quick ? QUICK : FULL;
  const runs: BigRoomRun[] = [];
  const keep = <R extends BigRoomRun>(run: R): R => {
    runs.push(run);
    progress(describe(run));
    return run;
  };
  const { players } = options;
  const loads = [loadavg()[0] as number];
  for (const scenario of options.encode ? options.scenarios : []) {
    const encoding = { players, ...length.encode };
    for (const run of await measureEncoding(where, scenario, encoding)) keep(run);
    loads.push(loadavg()[0] as number);
  }
  const play = async (contender: EncoderName, scenario: ScenarioName, count: number) => {
    return keep(await playBigRoom(where, contender, { scenario, players: count }, length.play));
  };
  for (const scenario of scenariosWithSockets(options)) {
    for (const contender of ENCODERS) await play(contender, scenario, players);
    loads.push(loadavg()[0] as number);
  }
  if (options['two-rooms']) {
    const setup = { scenario: 'uniform-20', players } as const;
    keep(await playTwoBigRooms(where, 'meridian', setup, length.play));
  }
  const capacities = options['find-max'] ? await findLargest(play) : new Map<EncoderName, number>();
  const isQuick = options.quick;
  return completeReport(projectRoot, {
    suite: 'big-room',
    isPinned: runtimes.canPin,
    figures: bigRoomFigures({ isQuick, players, capacities, runs }),
    notes: notesOn(runs, isQuick, loads),
    runs,
  });
}

function scenariosWithSockets({ sockets, scenarios, quick }: BigRoomOptions): ScenarioName[] {
  if (!sockets) return [];
  const all = scenarios.filter((name) => !ENCODE_ONLY.has(name));
  return quick ? all.slice(0, 1) : all;
}

type Play = (
  contender: EncoderName,
  scenario: ScenarioName,
  players: number,
) => Promise<PlayRun | FailedPlay>;

async function findLargest(play: Play): Promise<Map<EncoderName, number>> {
  const found = new Map<EncoderName, number>();
  for (const contender of ENCODERS) {
    const search = new CapacitySearch(LIKELY[contender]);
    let step = search.step();
    while (step.kind === 'try') {
      search.report(holds(await play(contender, 'uniform-20', step.players)));
      step = search.step();
    }
    found.set(contender, step.players);
  }
  return found;
}

function holds(run: PlayRun | FailedPlay): boolean {
  if (run.kind === 'failed') return false;
  const { server, load } = run;
  return (
    server.tickMs.p95 < HELD.mostTickP95Ms &&
    load.patchesPerPlayerPerSecond >= HELD.leastPatchesPerSecond &&
    load.dropped === 0 &&
    load.faults === 0
  );
}

function notesOn(
  runs: readonly BigRoomRun[],
  isQuick: boolean,
  loads: readonly number[],
): string[] {
  const noisy = runs.filter((run) => run.kind === 'play' && run.noisePercent > 20).length;
  const range = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  return [
    isQuick ? QUICK_NOTE : '',
    `Load average of the machine meanwhile: ${range}. Ratios of encode_cpu_ms are of one thread's CPU, and mind it least.`,
    noisy > 0
      ? `${noisy} runs with sockets were disturbed by other work on the server's core.`
      : '',
    ...runs.filter(({ kind }) => kind === 'failed').map(describe),
  ].filter((note) => note !== '');
}

function describe(run: BigRoomRun): string {
  const head = `${run.scenario.padEnd(11)} ${run.contender.padEnd(9)}`;
  switch (run.kind) {
    case 'encode':
      return `${head} sees ${run.visible.toFixed(0).padStart(4)}  encode ${run.encodeCpuMs.toFixed(2)} ms CPU a tick  interest ${run.interestCpuMs.toFixed(2)}  ${run.bytesPerPlayerPerTick.toFixed(0)} B/player/tick  age p95 near ${run.ageP95Ms.near ?? '-'} far ${run.ageP95Ms.far ?? '-'} ms  ${run.decodeErrors} errors`;
    case 'play':
      return `${head} ${run.players} players  tick ${run.server.tickMs.p50.toFixed(1)} / ${run.server.tickMs.p95.toFixed(1)} / ${run.server.tickMs.p99.toFixed(1)} ms  of it CPU ${run.server.tickCpuMs.p50?.toFixed(1)} / ${run.server.tickCpuMs.p95?.toFixed(1)} / ${run.server.tickCpuMs.p99?.toFixed(1)} ms  ages ${run.load.ageMs.near.p95?.toFixed(0)} / ${run.load.ageMs.far.p95?.toFixed(0)} ms  CPU ${run.server.cpuPercent.toFixed(0)} %  ${run.load.patchesPerPlayerPerSecond.toFixed(1)} patches/s  ${run.load.bytesPerPlayerPerSecond} B/s  noise ${run.noisePercent} %`;
    case 'pair': {
      const [first, second] = run.rooms;
      return `${head} two rooms of ${run.players}:\n  ${describe(first)}\n  ${describe(second)}`;
    }
    case 'failed':
      return `${head} with ${run.players} failed: ${run.message.split('\n')[0]}`;
  }
}
