import { RedisServer } from '../../../test/support/redis-server.ts';
import { findRuntimes } from '../../machine/runtimes.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { CASES, type JoinsCase, type JoinsRun } from './case.ts';
import { joinsFigures, joinsTable } from './figures.ts';
import { measureFind } from './fill.ts';
import type { JoinsOptions } from './options.ts';
import { type CaseRunner, runCase } from './run-case.ts';

const QUICK_SHARE_OF_JOINS = 0.3;
const MANY_ROOMS = 10_000;

export interface JoinsResult {
  readonly report: Report;
  readonly table: string;
}

/** Runs the whole bench; `progress` gets one line per run. */
export async function runJoinsSuite(
  projectRoot: string,
  options: JoinsOptions,
  progress: (line: string) => void,
): Promise<JoinsResult> {
  const runtimes = findRuntimes(projectRoot);
  const isQuick = options.quick;
  const turns = options.turns ?? (isQuick ? 1 : 3);
  const share = isQuick ? QUICK_SHARE_OF_JOINS : 1;
  const runs: JoinsRun[] = [];
  for (let turn = 0; turn < turns; turn++) {
    // Everybody goes first in turn: slow changes of the machine meet all alike.
    const start = turn % CASES.length;
    for (const it of [...CASES.slice(start), ...CASES.slice(0, start)]) {
      const shortened = { ...it, joins: Math.ceil(it.joins * share) };
      const run = await measure({ projectRoot, runtimes }, shortened, turn);
      runs.push(run);
      progress(describe(run));
    }
  }
  await using redis = await RedisServer.start();
  const findP95Ms = await measureFind(redis, MANY_ROOMS);
  progress(`finding one of ${MANY_ROOMS} joinable rooms: p95 ${findP95Ms.toFixed(2)} ms`);
  const report = completeReport(projectRoot, {
    suite: 'joins',
    isPinned: runtimes.canPin,
    figures: joinsFigures(runs, { findP95Ms, isQuick }),
    notes: notesOn(runs, isQuick, runtimes.canPin),
    runs,
  });
  return { report, table: joinsTable(runs) };
}

async function measure(runner: CaseRunner, it: JoinsCase, turn: number): Promise<JoinsRun> {
  try {
    return { ...it, turn, window: await runCase(runner, it) };
  } catch (error) {
    return { ...it, turn, message: (error as Error).message };
  }
}

function describe({ contender, nodes, rooms, window, message = '' }: JoinsRun): string {
  const head = `${contender.padEnd(9)} ${nodes} node${nodes === 1 ? ' ' : 's'}  ${String(rooms).padStart(6)} rooms`;
  if (window === undefined) return `${head}  failed: ${message.split('\n')[0]}`;
  const { joinsPerSecond, joinMs, failures } = window;
  const failed = Object.entries(failures).map(([reason, count]) => `${count} × ${reason}`);
  return [
    head,
    `${joinsPerSecond.toFixed(0).padStart(5)} joins/s`,
    `p50 ${joinMs.p50.toFixed(0)} ms`,
    `p95 ${joinMs.p95.toFixed(0)} ms`,
    ...failed,
  ].join('  ');
}

function notesOn(runs: readonly JoinsRun[], isQuick: boolean, isPinned: boolean): string[] {
  const refused = runs.filter(({ window }) => Object.keys(window?.failures ?? {}).length > 0);
  const failed = runs.filter(({ window }) => window === undefined);
  return [
    isQuick ? QUICK_NOTE : '',
    isPinned
      ? 'All nodes of a region share one core here, Redis and the players the other: several nodes show what a region costs, not what it gains.'
      : 'Not pinned: taskset is missing, so servers and players shared cores.',
    refused.length > 0 ? `In ${refused.length} runs some joins were refused; see runs.` : '',
    ...failed.map(describe),
  ].filter((note) => note !== '');
}
