import { Counter, type Registry } from 'prom-client';

const STEPS = ['put', 'shelved', 'written', 'dropped'] as const;

/**
 * `put` by rooms; `shelved`: the newest of those that came together, kept until they are written; `written`: writes of a profile, with all
 * that waited for it; `dropped`: lost, because there was no room or no such player.
 */
export type SoftWriteStep = (typeof STEPS)[number];

/** What a node counts of soft data that is written behind. */
export class SoftWriteMetrics {
  readonly #values: Counter;

  /** @param registry - undefined: nobody asks */
  constructor(registry?: Registry) {
    this.#values = new Counter({
      name: 'meridian_soft_writes_total',
      help: 'Soft values put by rooms, shelved after coalescing, and dropped; and writes of profiles they became.',
      labelNames: ['step'],
      registers: registry === undefined ? [] : [registry],
    });
    for (const step of STEPS) this.count(step, 0);
  }

  count(step: SoftWriteStep, count = 1): void {
    this.#values.inc({ step }, count);
  }
}
