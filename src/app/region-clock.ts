import type { NodeLease } from '../cluster/node-lease.ts';
import { type Clock, systemClock } from '../shared/clock.ts';

/**
 * Wall clock of the region, which is its Redis': nodes whose own clocks are minutes apart agree on how old a ticket is and when a claim
 * or a message is over.
 */
export function regionClock(lease: Pick<NodeLease, 'clusterNowMs'>): Clock {
  return {
    monotonicMs: () => systemClock.monotonicMs(),
    wallMs: () => Math.trunc(lease.clusterNowMs()),
  };
}
