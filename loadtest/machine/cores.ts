import { readFileSync } from 'node:fs';

/** Busy and total time of one core since boot, in kernel ticks. */
interface CoreTime {
  readonly busy: number;
  readonly total: number;
}

/** How busy each core was between two looks, in percent, by core number. */
export type CoreLoad = ReadonlyMap<number, number>;

/** Watches the cores of this machine through /proc/stat. Elsewhere than on Linux it sees nothing. */
export class CoreWatch {
  #last = readCores();

  /** Load since the last look (or since the watch began). */
  look(): CoreLoad {
    const now = readCores();
    const load = new Map<number, number>();
    for (const [core, time] of now) {
      const before = this.#last.get(core);
      if (before === undefined || time.total === before.total) continue;
      load.set(core, (100 * (time.busy - before.busy)) / (time.total - before.total));
    }
    this.#last = now;
    return load;
  }
}

const QUIET_PERCENT = 25;
const LOOK_EVERY_MS = 500;

/** Waits until none of the cores is busier than 25 % for half a second. False when `withinMs` passed first. */
export async function waitForQuiet(cores: readonly number[], withinMs: number): Promise<boolean> {
  const watch = new CoreWatch();
  const deadlineMs = performance.now() + withinMs;
  while (performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const load = watch.look();
    if (cores.every((core) => (load.get(core) ?? 0) <= QUIET_PERCENT)) return true;
  }
  return false;
}

// Line of a core: `cpu<N> user nice system idle iowait irq softirq steal …`
const IDLE_COLUMN = 3;
const IOWAIT_COLUMN = 4;
const COUNTED_COLUMNS = 8;

function readCores(): Map<number, CoreTime> {
  const cores = new Map<number, CoreTime>();
  if (process.platform !== 'linux') return cores;
  for (const line of readFileSync('/proc/stat', 'utf8').split('\n')) {
    const match = /^cpu(\d+) +(.*)$/.exec(line);
    if (match === null) continue;
    const ticks = (match[2] as string).split(' ').slice(0, COUNTED_COLUMNS).map(Number);
    const total = ticks.reduce((a, b) => a + b, 0);
    const idle = (ticks[IDLE_COLUMN] as number) + (ticks[IOWAIT_COLUMN] as number);
    cores.set(Number(match[1]), { busy: total - idle, total });
  }
  return cores;
}
