import { processClock } from '../../src/shared/process-clock.ts';

/**
 * Monotonic time in ms that all processes of this machine share, so that moments noted by a node, a bot and the conductor can
 * be compared. (`performance.now()` begins anew in each process.)
 */
export function machineNowMs(): number {
  return processClock.monotonicMs();
}
