import { Counter, Gauge, type Registry } from 'prom-client';

/** What a node counts of rooms that leave their region. */
export class EvacuationMetrics {
  readonly #lag: Gauge;
  readonly #evacuated: Counter;

  constructor(registry: Registry) {
    this.#lag = new Gauge({
      name: 'meridian_evacuation_lag_seconds',
      help: "Since the buddy region had everything of this node's rooms: what they lose when the region is lost now. 0 without one.",
      registers: [registry],
    });
    this.#evacuated = new Counter({
      name: 'meridian_evacuation_rooms_total',
      help: 'Rooms of a region that was down, taken by this node for its own.',
      labelNames: ['region'],
      registers: [registry],
    });
  }

  /** Regions that may be lost: none of their rooms has been taken yet, and that is said. */
  regionsKnown(regions: Iterable<string>): void {
    for (const region of regions) this.#evacuated.inc({ region }, 0);
  }

  lag(lagMs: number): void {
    this.#lag.set(lagMs / 1_000);
  }

  evacuated(region: string, rooms: number): void {
    this.#evacuated.inc({ region }, rooms);
  }
}
