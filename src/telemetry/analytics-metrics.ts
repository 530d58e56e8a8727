import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * What a node counts of its analytics events; labels are bounded (four classes). Counted in plain numbers, and told when somebody asks: a
 * labelled counter costs more than recording an event.
 */
export class AnalyticsMetrics {
  readonly #recorded = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  readonly #counts = { refused: 0, published: 0, shipped: 0, redelivered: 0 };
  readonly #failures = { publish: 0, ship: 0 };
  /** Events in the region's stream, as last heard. */
  backlog = 0;
  /** How many events wait on this node; set by who has them. */
  buffered: () => number = () => 0;

  constructor(registry: Registry) {
    const count = (
      name: string,
      { help, label }: { readonly help: string; readonly label?: string },
      values: () => Iterable<readonly [string, number]>,
    ) => {
      new Counter({
        name: `meridian_analytics_${name}_total`,
        help,
        labelNames: label === undefined ? [] : [label],
        registers: [registry],
        collect() {
          this.reset();
          for (const [value, total] of values()) {
            this.inc(label === undefined ? {} : { [label]: value }, total);
          }
        },
      });
    };
    const counts = this.#counts;
    const single = (name: keyof typeof counts) => () => [['', counts[name]]] as const;
    count(
      'recorded',
      { help: 'Events that rooms and services recorded.', label: 'class' },
      () => this.#recorded,
    );
    count(
      'dropped',
      {
        help: 'Events lost because the buffer of the node was full.',
        label: 'class',
      },
      // Of a class that is recorded, and of which nothing was lost, that is said.
      () =>
        new Map([...[...this.#recorded.keys()].map((it) => [it, 0] as const), ...this.#dropped]),
    );
    count(
      'refused',
      { help: 'Events that did not fit their definition, or said who a player is.' },
      single('refused'),
    );
    count('published', { help: 'Events put into the stream of the region.' }, single('published'));
    count('shipped', { help: 'Events the sink has, acknowledged.' }, single('shipped'));
    count(
      'redelivered',
      { help: 'Events taken over from a node that was silent.' },
      single('redelivered'),
    );
    count(
      'failures',
      {
        help: 'Tries to publish or ship that failed; the same events are tried again.',
        label: 'step',
      },
      () => Object.entries(this.#failures),
    );
    const gauge = (name: string, help: string, value: () => number) => {
      new Gauge({
        name: `meridian_analytics_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    };
    gauge('buffered', 'Events that wait on this node.', () => this.buffered());
    gauge('backlog', 'Events in the stream of the region, as last heard.', () => this.backlog);
  }

  recorded(eventClass: string): void {
    this.#recorded.set(eventClass, (this.#recorded.get(eventClass) ?? 0) + 1);
  }
  dropped(eventClass: string): void {
    this.#dropped.set(eventClass, (this.#dropped.get(eventClass) ?? 0) + 1);
  }
  refused(): void {
    this.#counts.refused += 1;
  }
  published(count: number): void {
    this.#counts.published += count;
  }
  shipped(count: number): void {
    this.#counts.shipped += count;
  }
  redelivered(count: number): void {
    this.#counts.redelivered += count;
  }
  publishFailed(): void {
    this.#failures.publish += 1;
  }
  shipFailed(): void {
    this.#failures.ship += 1;
  }
}
