import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { machineNowMs } from '../../machine/machine-clock.ts';
import {
  type MemoryGrowth,
  type MemorySample,
  memoryGrowthOf,
} from '../accounting/memory-growth.ts';

const LOOK_EVERY_MS = 5_000;
const KIB = 1_024;
const run = promisify(execFile);

/** A process whose memory is watched. */
export interface WatchedProcess {
  readonly pid: number;
  readonly name: string;
}

/** Looks every few seconds how much memory each process holds, as the system counts it. */
export class MemoryWatch implements Disposable {
  readonly #processes: () => readonly WatchedProcess[];
  readonly #samples = new Map<string, MemorySample[]>();
  readonly #timer: NodeJS.Timeout;

  /** @param processes - asked at each look: nodes come and go */
  constructor(processes: () => readonly WatchedProcess[]) {
    this.#processes = processes;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** By process, those that have ended too. */
  get samples(): ReadonlyMap<string, readonly MemorySample[]> {
    return this.#samples;
  }

  /** Of all processes that lived long enough to tell. */
  get growths(): readonly MemoryGrowth[] {
    return [...this.#samples]
      .map(([name, samples]) => memoryGrowthOf(name, samples))
      .filter((growth) => growth !== null);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const processes = this.#processes();
    const pids = processes.map(({ pid }) => pid).join(',');
    try {
      const { stdout } = await run('ps', ['-o', 'pid=,rss=', '-p', pids]);
      const atMs = machineNowMs();
      for (const line of stdout.trim().split('\n')) {
        const [pid, rssKib] = line.trim().split(/\s+/).map(Number);
        const name = processes.find((known) => known.pid === pid)?.name;
        if (name === undefined || rssKib === undefined) continue;
        const samples = this.#samples.get(name) ?? [];
        samples.push({ atMs, rssBytes: rssKib * KIB });
        this.#samples.set(name, samples);
      }
    } catch {
      // One of them has just ended, or the machine is too busy: the next look is soon.
    }
  }
}
