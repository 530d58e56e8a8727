import { Counter, Histogram, type Registry } from 'prom-client';

/** From the next city to half a minute without a link. */
const DELAY_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 2, 5, 10, 30];

/** What a node counts of the links to other regions; labels are bounded (regions, kinds, outcomes). */
export class RegionLinkMetrics {
  readonly #sent: Counter;
  readonly #carried: Counter;
  readonly #delay: Histogram;
  readonly #dropped: Counter;
  readonly #gaps: Counter;
  readonly #known = new Set<string>();

  constructor(registry: Registry) {
    const counter = (name: string, help: string, labelNames: readonly string[]) =>
      new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.#sent = counter(
      'meridian_region_link_messages_sent_total',
      'Messages to another region: stored here for it, or why not.',
      ['region', 'outcome'],
    );
    this.#carried = counter(
      'meridian_region_link_entries_carried_total',
      'Entries that another region took from this node: added there, or there already.',
      ['region', 'outcome'],
    );
    this.#delay = new Histogram({
      name: 'meridian_region_link_delay_seconds',
      help: 'From sending in the other region to handling here, by the clocks of both.',
      labelNames: ['region', 'kind'],
      buckets: DELAY_BUCKETS_SECONDS,
      registers: [registry],
    });
    this.#dropped = counter(
      'meridian_region_link_messages_dropped_total',
      'Messages that were not handled, and why.',
      ['region', 'reason'],
    );
    this.#gaps = counter(
      'meridian_region_link_gaps_total',
      'Times that messages were missing, there (out) or here (in).',
      ['region', 'direction'],
    );
  }

  sent(region: string, outcome: string): void {
    this.#beginAtZero(region);
    this.#sent.inc({ region, outcome });
  }
  carried(region: string, added: number, repeated: number): void {
    this.#carried.inc({ region, outcome: 'added' }, added);
    this.#carried.inc({ region, outcome: 'repeated' }, repeated);
  }
  handled(region: string, kind: string, delayMs: number): void {
    this.#beginAtZero(region);
    this.#delay.observe({ region, kind }, Math.max(0, delayMs) / 1_000);
  }
  dropped(region: string, reason: string, count: number): void {
    this.#dropped.inc({ region, reason }, count);
  }
  gap(region: string, direction: 'in' | 'out'): void {
    this.#gaps.inc({ region, direction });
  }

  /** What has not happened yet is 0, not unknown. */
  #beginAtZero(region: string): void {
    if (this.#known.has(region)) return;
    this.#known.add(region);
    for (const direction of ['in', 'out']) this.#gaps.inc({ region, direction }, 0);
    for (const reason of ['expired', 'foreign', 'repeated']) {
      this.#dropped.inc({ region, reason }, 0);
    }
  }
}
