import { type Clock, systemClock } from '../../shared/clock.ts';
import type { LeasePhase, NodeLease } from '../node-lease.ts';

/** The lease of a node that is alone: nobody could take its rooms. */
export class LocalNodeLease implements NodeLease {
  readonly phase: LeasePhase = 'held';
  /** Wall clock − monotonic clock at the start, so that no later jump of the wall clock is felt. */
  readonly #offsetMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
  }

  isHeld(): boolean {
    return true;
  }
  clusterNowMs(): number {
    return this.#clock.monotonicMs() + this.#offsetMs;
  }
  onPhase(): void {}
  onRedisBack(): void {}
  publish(): void {}
  async release(): Promise<void> {}
}
