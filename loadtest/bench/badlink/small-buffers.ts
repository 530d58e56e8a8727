import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LineProcess } from '../../machine/line-process.ts';
import type { NeverReadsRun } from './never-reads-run.ts';
import type { Machine } from './rig.ts';
import type { SlowClientRun, SlowDurations } from './slow-client-run.ts';
import type { Contender } from './wire.ts';

// On loopback the kernel takes megabytes from a sender before he notices that nobody reads, for its packets are of 64 kB. Over a real
// link it takes little more than is on the way. So the runs about backlogs go into a network namespace of their own, with packets and
// buffers of an ordinary size. Where none can be made (it takes root, or user namespaces), they run as they are.

/** What a run in a namespace is started with. */
export type NarrowTask =
  | {
      readonly kind: 'slow-client';
      readonly contender: Contender;
      readonly seed: number;
      readonly durations: SlowDurations;
    }
  | {
      readonly kind: 'never-reads';
      readonly contender: Contender;
      readonly seed: number;
      readonly forMs: number;
    };

export type NarrowReport =
  | SlowClientRun
  | NeverReadsRun
  | { readonly kind: 'failed'; readonly message: string };

/** Least, default and most of a socket's buffer, bytes (tcp(7)): what a cold connection over Ethernet holds. */
const BUFFERS = '4096 16384 16384';
const PREPARE = [
  'ip link set lo up mtu 1500',
  `echo ${BUFFERS} > /proc/sys/net/ipv4/tcp_wmem`,
  `echo ${BUFFERS} > /proc/sys/net/ipv4/tcp_rmem`,
].join(' && ');
const LONGEST_RUN_MS = 240_000;

/** Plays what is about backlogs, where buffers are small if this machine allows it. */
export interface NarrowRig {
  readonly hasSmallBuffers: boolean;
  playSlowClient(
    contender: Contender,
    seed: number,
    durations: SlowDurations,
  ): Promise<SlowClientRun>;
  playNeverReads(contender: Contender, seed: number, forMs: number): Promise<NeverReadsRun>;
}

export function findNarrowRig({ projectRoot, runtimes }: Machine): NarrowRig {
  const shell = (command: string, ...args: string[]) => [
    ...['--net', '--', 'sh', '-c', command, 'sh'],
    ...args,
  ];
  const hasSmallBuffers = spawnSync('unshare', shell(PREPARE), { stdio: 'ignore' }).status === 0;
  const play = async (task: NarrowTask): Promise<SlowClientRun | NeverReadsRun> => {
    const node = [
      runtimes.node,
      '--conditions=meridian-source',
      join(import.meta.dirname, 'narrow-run.ts'),
      JSON.stringify(task),
    ];
    const [command, args] = hasSmallBuffers
      ? ['unshare', shell(`${PREPARE} && exec "$@"`, ...node)]
      : [runtimes.node, node.slice(1)];
    const line = new LineProcess<NarrowReport>({
      ...{ name: task.kind, command, args, cwd: projectRoot },
    });
    try {
      const report = await line.next(LONGEST_RUN_MS);
      if (report.kind === 'failed') throw new Error(report.message);
      return report;
    } finally {
      await line.quit();
    }
  };
  return {
    hasSmallBuffers,
    playSlowClient: async (contender, seed, durations) =>
      (await play({ kind: 'slow-client', contender, seed, durations })) as SlowClientRun,
    playNeverReads: async (contender, seed, forMs) =>
      (await play({ kind: 'never-reads', contender, seed, forMs })) as NeverReadsRun,
  };
}
