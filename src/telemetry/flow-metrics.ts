import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { QualityLevel } from '../protocol/quality.ts';

/** Around what the levels take of a busy room. */
const BUDGET_BUCKETS_BYTES = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];

/** What rooms tell of the flow to their clients. `room` is the room's name, never its id. */
export class FlowMetrics {
  readonly #held: Counter;
  readonly #levelChanges: Counter;
  readonly #budget: Histogram;
  readonly #overloaded: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#held = new Counter({
      name: 'meridian_flow_patches_held_total',
      help: 'Patches that clients got later, together with newer ones: their level has its pace, or their link is behind.',
      labelNames: ['room'],
      registers,
    });
    this.#levelChanges = new Counter({
      name: 'meridian_flow_level_changes_total',
      help: 'Changes of clients’ quality, by the level they come to.',
      labelNames: ['room', 'level'],
      registers,
    });
    this.#budget = new Histogram({
      name: 'meridian_flow_budget_bytes_per_second',
      help: 'What the link of a client was found to carry, at each change of its level.',
      labelNames: ['room'],
      buckets: BUDGET_BUCKETS_BYTES,
      registers,
    });
    this.#overloaded = new Gauge({
      name: 'meridian_rooms_overloaded',
      help: 'Rooms whose turns take too long, so that they show less of what is far.',
      labelNames: ['room'],
      registers,
    });
  }

  /** The game has rooms of this name. */
  roomDefined(room: string): void {
    this.#held.inc({ room }, 0);
    this.#overloaded.inc({ room }, 0);
  }

  held(room: string, count: number): void {
    this.#held.inc({ room }, count);
  }

  levelChanged(room: string, to: QualityLevel, budgetBytesPerS: number): void {
    this.#levelChanges.inc({ room, level: String(to) });
    this.#budget.observe({ room }, budgetBytesPerS);
  }

  /** @param change - 1: one room more is overloaded; -1: one less */
  overloaded(room: string, change: 1 | -1): void {
    this.#overloaded.inc({ room }, change);
  }
}
