import { Gauge, Histogram, type Registry } from 'prom-client';

/** From the same machine to the longest deadline. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Calls between services; labels are bounded (methods, error codes). */
export class RpcMetrics {
  readonly #calls: Histogram;
  readonly #lanes: Gauge;

  constructor(registry: Registry) {
    this.#calls = new Histogram({
      name: 'meridian_rpc_duration_seconds',
      help: 'Calls between services, with the tries of the caller: side, method, and ok or the error code.',
      labelNames: ['side', 'method', 'outcome'],
      buckets: BUCKETS_SECONDS,
      registers: [registry],
    });
    this.#lanes = new Gauge({
      name: 'meridian_rpc_lanes',
      help: 'Streams that calls between services travel on, open now, by side: one from each caller to each address. 0 while calls are made: each takes a stream of its own.',
      labelNames: ['side'],
      registers: [registry],
    });
  }

  /** @param change - how many have opened; less than 0: have ended */
  lanes(side: 'client' | 'server', change: number): void {
    this.#lanes.inc({ side }, change);
  }

  /** @param method - `<Service>/<Method>` */
  called(side: 'client' | 'server', method: string, outcome: string, durationMs: number): void {
    this.#calls.observe({ side, method, outcome }, durationMs / 1_000);
  }
}
