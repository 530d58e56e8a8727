import { Counter, Gauge, type Registry } from 'prom-client';

const OUTCOMES = ['deferred', 'refused', 'applied', 'repeated', 'gone', 'failed'] as const;

/** `applied`; `repeated`: a try before had written it; `gone`: no such player any more; `failed`: kept apart, for people. */
export type DeferredWriteEnd = 'applied' | 'repeated' | 'gone' | 'failed';

/** What a node counts of writes that wait for the profile store; labels are bounded (five outcomes). */
export class DeferredWriteMetrics {
  /** Writes of the region that wait, as last seen. */
  waiting = 0;
  /** How long the oldest of those next in line has waited, as last seen, ms. */
  oldestMs = 0;
  /** Writes kept apart, as last seen. */
  failed = 0;
  readonly #writes: Counter;

  constructor(registry: Registry) {
    const gauge = (name: string, help: string, value: () => number) => {
      new Gauge({
        name: `meridian_deferred_writes_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    };
    gauge('waiting', 'Writes of the region that wait for the profile store.', () => this.waiting);
    gauge(
      'oldest_seconds',
      'How long the oldest of those next in line has waited.',
      () => this.oldestMs / 1_000,
    );
    gauge('failed', 'Writes the store has refused for good, kept for people.', () => this.failed);
    this.#writes = new Counter({
      name: 'meridian_deferred_writes_total',
      help: 'Writes put into the queue (deferred), not taken (refused), and their ends: applied, repeated, gone, failed.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of OUTCOMES) this.#writes.inc({ outcome }, 0);
  }

  put(outcome: 'deferred' | 'refused'): void {
    this.#writes.inc({ outcome });
  }

  ended(outcome: DeferredWriteEnd): void {
    this.#writes.inc({ outcome });
  }
}
