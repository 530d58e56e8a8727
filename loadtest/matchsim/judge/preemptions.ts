import { readFileSync } from 'node:fs';

const INVOLUNTARY = /^nonvoluntary_ctxt_switches:\s+(\d+)/m;

/** How often the kernel has given this thread's core to others, against its will. NaN elsewhere than on Linux. */
export function threadPreemptions(): number {
  if (process.platform !== 'linux') return Number.NaN;
  return Number(INVOLUNTARY.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1]);
}
