import { parsePrometheus } from '../../load/prometheus.ts';

const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 10_000;

/** What the node said of itself at one moment. */
export interface NodeLook {
  /** Of the load generator, `performance.now()`, ms. */
  readonly atMs: number;
  /** 99th percentile of the time between two looks, its sampling of 10 ms included, ms. */
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
}

/** Share of its core that a node used between two looks. */
export function cpuRatio(before: NodeLook, after: NodeLook): number {
  return ((after.cpuSeconds - before.cpuSeconds) * 1_000) / (after.atMs - before.atMs);
}

/** So late is no node that has its core and uses less than most of it. */
const STARVED_LAG_MS = 100;
const STARVED_CPU_RATIO = 0.7;

/** Seconds in which the node was late though it used little CPU: others had its core. */
export function starvedSeconds(looks: readonly NodeLook[]): number {
  return looks.filter((look, at) => {
    const before = looks[at - 1];
    const isLate = look.lagMaxMs > STARVED_LAG_MS;
    return before !== undefined && isLate && cpuRatio(before, look) < STARVED_CPU_RATIO;
  }).length;
}

/** Reads a node's `/metrics` once a second: its lag is that since the look before. */
export class NodeWatch implements Disposable {
  readonly looks: NodeLook[] = [];
  readonly #url: URL;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(url: URL) {
    this.#url = url;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const response = await fetch(this.#url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      const samples = parsePrometheus(await response.text());
      const of = (name: string) => samples.get(name) ?? Number.NaN;
      this.looks.push({
        atMs: performance.now(),
        lagP99Ms: of('nodejs_eventloop_lag_p99_seconds') * 1_000,
        lagMaxMs: of('nodejs_eventloop_lag_max_seconds') * 1_000,
        rssBytes: of('process_resident_memory_bytes'),
        heapBytes: of('nodejs_heap_size_used_bytes'),
        cpuSeconds: of('process_cpu_seconds_total'),
      });
    } catch {
      // A node at its limit may not answer: the next look's lag tells.
    } finally {
      this.#isLooking = false;
    }
  }
}
