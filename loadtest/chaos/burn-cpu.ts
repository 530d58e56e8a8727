const EVERY_MS = 10;
/** A longer turn would be a hang, not load. */
const LONGEST_TURN_MS = 30;
const WINDOW_MS = 1_000;

/** Keeps this process at about `percent` of a core, whatever else it does: a node that is merely busy. */
export function burnCpu(percent: number): void {
  if (percent <= 0) return;
  let startedMs = performance.now();
  let cpuAtStart = process.cpuUsage();
  setInterval(() => {
    const nowMs = performance.now();
    const cpu = process.cpuUsage(cpuAtStart);
    const missingMs = ((nowMs - startedMs) * percent) / 100 - (cpu.user + cpu.system) / 1_000;
    const untilMs = nowMs + Math.min(LONGEST_TURN_MS, missingMs);
    while (performance.now() < untilMs);
    // What a shared machine did not give us is not asked for later.
    if (nowMs - startedMs < WINDOW_MS) return;
    startedMs = nowMs;
    cpuAtStart = process.cpuUsage();
  }, EVERY_MS).unref();
}
