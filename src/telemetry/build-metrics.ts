import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * What tells builds of the game apart that run beside each other: `… * on (instance) group_left (build) meridian_build_info` puts the build on
 * any other metric of a node.
 */
export class BuildMetrics {
  readonly #seatCalls: Counter;

  /** @param build - of this node */
  constructor(registry: Registry, build: string) {
    new Gauge({
      name: 'meridian_build_info',
      help: 'Build of this node, always 1.',
      labelNames: ['build'],
      registers: [registry],
    }).set({ build }, 1);
    this.#seatCalls = new Counter({
      name: 'meridian_seat_calls_total',
      help: 'Rooms to be made and seats to be reserved for joins, by the build of the node that was asked: ok, full, gone, unreachable or an error code.',
      labelNames: ['call', 'build', 'outcome'],
      registers: [registry],
    });
  }

  /** @param outcome - `ok`, or why not */
  seatCallEnded(call: 'create' | 'reserve', build: string, outcome: string): void {
    this.#seatCalls.inc({ call, build, outcome });
  }
}
