// One run about backlogs, in the network namespace this process was started in.

import { PROJECT_ROOT } from '../../cli/report-command.ts';
import { findRuntimes } from '../../machine/runtimes.ts';
import { playWithOneWhoNeverReads } from './never-reads-run.ts';
import { playWithSlowClient } from './slow-client-run.ts';
import type { NarrowReport, NarrowTask } from './small-buffers.ts';

const task = JSON.parse(process.argv[2] as string) as NarrowTask;
const machine = { projectRoot: PROJECT_ROOT, runtimes: findRuntimes(PROJECT_ROOT) };
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();

const report = await play().catch(
  (error: Error): NarrowReport => ({ kind: 'failed', message: error.message }),
);
process.stdout.write(`@${JSON.stringify(report)}\n`, () => process.exit(0));

function play(): Promise<NarrowReport> {
  switch (task.kind) {
    case 'slow-client':
      return playWithSlowClient(machine, task.contender, task.seed, task.durations);
    case 'never-reads':
      return playWithOneWhoNeverReads(machine, task.contender, task.seed, task.forMs);
  }
}
