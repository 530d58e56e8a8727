import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked, ms. */
const SAMPLING_MS = 10;
const NS_PER_MS = 1e6;
const RECENT_WINDOW_MS = 15_000;

/** How late the event loop is. Whoever watches has a record of his own. */
export interface LoopDelay {
  /** Since the start or the last `reset`, ms above the sampling; 0 before the first sample. */
  percentileMs(percentile: number): number;
  reset(): void;
  stop(): void;
}

/** How late the event loop has been lately: the worse of a window that runs and the one before it. */
export interface RecentLoopDelay {
  /** Of the last 15 to 30 s, ms. */
  percentileMs(percentile: number): number;
  stop(): void;
}

/** @param percentiles - those that are asked for: Node's histograms cannot be added up, so each window is read when it ends */
export function watchRecentLoopDelay(percentiles: readonly number[] = [50, 99]): RecentLoopDelay {
  const delay = watchLoopDelay();
  let last = new Map<number, number>();
  const timer = setInterval(() => {
    last = new Map(percentiles.map((it) => [it, delay.percentileMs(it)]));
    delay.reset();
  }, RECENT_WINDOW_MS).unref();
  return {
    percentileMs: (percentile) =>
      Math.max(delay.percentileMs(percentile), last.get(percentile) ?? 0),
    stop: () => {
      clearInterval(timer);
      delay.stop();
    },
  };
}

/** Begins to watch. */
export function watchLoopDelay(): LoopDelay {
  return process.versions['bun'] === undefined ? watchByNode() : watchByTimer();
}

function watchByNode(): LoopDelay {
  const delays = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  delays.enable();
  return {
    percentileMs: (percentile) =>
      // A sample holds the time between two looks.
      delays.count === 0 ? 0 : Math.max(0, delays.percentile(percentile) / NS_PER_MS - SAMPLING_MS),
    reset: () => delays.reset(),
    stop: () => void delays.disable(),
  };
}

/**
 * For Bun 1.4, where all who call `monitorEventLoopDelay` get one and the same histogram: who resets it, as prom-client does with
 * each scrape, takes it from the others (docs/adr/0021-bun.md).
 */
function watchByTimer(): LoopDelay {
  const delays = createHistogram();
  let dueAtMs = performance.now() + SAMPLING_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // The least that can be recorded is 1.
    delays.record(Math.max(1, Math.round((nowMs - dueAtMs) * NS_PER_MS)));
    dueAtMs = nowMs + SAMPLING_MS;
  }, SAMPLING_MS).unref();
  return {
    percentileMs: (percentile) =>
      delays.count === 0 ? 0 : delays.percentile(percentile) / NS_PER_MS,
    reset: () => delays.reset(),
    stop: () => clearInterval(timer),
  };
}
