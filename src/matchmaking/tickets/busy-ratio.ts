import { performance } from 'node:perf_hooks';

/** Shorter, and a single long turn would be the whole of it. */
const WINDOW_MS = 500;

/** For what share of the last half second or so the event loop of this process had something to do: 0 to 1. */
export function busyRatioOfLoop(): () => number {
  let startedAtMs = performance.now();
  let start = performance.eventLoopUtilization();
  let ratio = 0;
  return () => {
    const nowMs = performance.now();
    if (nowMs - startedAtMs < WINDOW_MS) return ratio;
    const now = performance.eventLoopUtilization();
    ratio = performance.eventLoopUtilization(now, start).utilization;
    start = now;
    startedAtMs = nowMs;
    return ratio;
  };
}
