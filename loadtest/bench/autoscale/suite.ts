import { join } from 'node:path';
import { STANDARD_SEED } from '../../matchsim/options.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { readAutoscaler } from './autoscaler-spec.ts';
import { CONTENDER_NAMES, type ContenderName, contendersOf } from './contenders.ts';
import { autoscaleFigures, type TraceRuns } from './figures.ts';
import { drawTrace, TRACE_NAMES } from './load-traces.ts';
import type { AutoscaleOptions } from './options.ts';
import { readPodRequests } from './pod-requests.ts';
import { type AutoscaleRun, simulate } from './simulate.ts';

const GAME_FOLDER = 'infra/kubernetes/game';

export interface AutoscaleResult {
  readonly report: Report;
  readonly traces: readonly TraceRuns[];
  /** Of the contenders, for people. */
  readonly titles: Readonly<Record<ContenderName, string>>;
}

/** Plays every trace with every contender; `progress` gets a line for each. */
export function runAutoscaleSuite(
  projectRoot: string,
  { seed }: AutoscaleOptions,
  progress: (line: string) => void,
): AutoscaleResult {
  const shipped = readAutoscaler(join(projectRoot, GAME_FOLDER, 'autoscaler.yaml'));
  const requests = readPodRequests(join(projectRoot, GAME_FOLDER, 'deployment.yaml'));
  const contenders = contendersOf(shipped);
  progress(`seed ${seed}`);
  const traces = TRACE_NAMES.map((traceName): TraceRuns => {
    const trace = drawTrace(traceName, seed);
    progress(trace.title);
    const runs = CONTENDER_NAMES.map((name): [string, AutoscaleRun] => {
      const run = simulate(trace, contenders[name], { seed, requests });
      progress(lineOf(contenders[name].title, run));
      return [name, run];
    });
    return { trace, runs: Object.fromEntries(runs) as TraceRuns['runs'] };
  });
  const report = completeReport(projectRoot, {
    suite: 'autoscale',
    isPinned: false,
    figures: { seed, ...autoscaleFigures(traces, seed === STANDARD_SEED ? '' : 'custom_') },
    notes: [
      'A simulation: no cluster was there. What it takes for given is in the runs and in loadtest/bench/autoscale/assumptions.ts.',
      'Who is refused is counted once, waits here and is seated as soon as there is a place; that he may be sent to another region is left out.',
    ],
    runs: [
      { kind: 'assumptions', ...ASSUMPTIONS, requests, shipped },
      ...traces.flatMap(({ trace, runs }) =>
        Object.entries(runs).map(([contender, { samples: _, ...run }]) => ({
          trace: trace.name,
          contender,
          ...run,
        })),
      ),
    ],
  });
  const titles = Object.fromEntries(
    CONTENDER_NAMES.map((name) => [name, contenders[name].title]),
  ) as AutoscaleResult['titles'];
  return { report, traces, titles };
}

function lineOf(title: string, run: AutoscaleRun): string {
  return [
    title.padEnd(42),
    `${run.refusedPlayers} refused`.padStart(15),
    `wait ${run.longestWaitS} s`.padStart(11),
    `headroom ${(run.leastHeadroomRatio * 100).toFixed(0)} %`.padStart(14),
    `${run.movedRooms} rooms moved`.padStart(17),
    `${run.nodeHours.toFixed(1)} node hours`.padStart(17),
    `up to ${run.mostNodes} nodes`,
  ].join('  ');
}
