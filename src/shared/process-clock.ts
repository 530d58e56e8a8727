import type { Clock } from './clock.ts';

const NS_PER_MS = 1e6;

/** Like `systemClock`, but with one origin for all threads of all processes of a machine (performance.now() has one each). */
export const processClock: Clock = {
  monotonicMs: () => Number(process.hrtime.bigint()) / NS_PER_MS,
  wallMs: () => Date.now(),
};
