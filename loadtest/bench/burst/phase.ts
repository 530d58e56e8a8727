import type { Arrival } from './arrival.ts';
import type { Arrivals } from './arrivals.ts';

/** Some time at one rate of arrivals. Times are of `performance.now()` of the load generator, ms. */
export interface Phase {
  readonly perSecond: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly arrivals: readonly Arrival[];
  /** CPU time of the load generator, as a share of one core. */
  readonly generatorCpuRatio: number;
}

export async function runPhase(
  arrivals: Arrivals,
  perSecond: number,
  seconds: number,
): Promise<Phase> {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  const came = await arrivals.come(perSecond, seconds);
  const endedAtMs = performance.now();
  const { user, system } = process.cpuUsage(before);
  const generatorCpuRatio = (user + system) / 1_000 / (endedAtMs - startedAtMs);
  return { perSecond, startedAtMs, endedAtMs, arrivals: came, generatorCpuRatio };
}
