import { build, type Histogram } from 'hdr-histogram-js';
import type { Metric, Registry } from 'prom-client';
import { type Clock, systemClock } from '../shared/clock.ts';

/** Quantiles are of the window that runs and the one before: of the last 30 to 60 s. */
const WINDOW_MS = 30_000;
/** Of hundred steps none is larger than one: 5 kB a window for times. */
const SIGNIFICANT_DIGITS = 2;
const QUANTILES = [0.5, 0.95, 0.99] as const;

/** What is measured, in what the metric is in: seconds or bytes. */
export interface HdrScale {
  /** The smallest step that is told apart. */
  readonly resolution: number;
  /** Larger values are counted as this. */
  readonly most: number;
}

export interface HdrSummaryOptions<Label extends string> extends HdrScale {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/**
 * A summary for Prometheus from HDR histograms, exact to one percent: prom-client's own estimates its quantiles, and pays more for it.
 * Quantiles of several nodes cannot be added up; `_sum` and `_count` can.
 */
export class HdrSummary<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly #scale: HdrScale;
  readonly #clock: Clock;
  readonly #series: { labels: Readonly<Record<Label, string>>; values: HdrSeries }[] = [];

  constructor(
    registry: Registry,
    options: HdrSummaryOptions<Label>,
    deps: { readonly clock: Clock } = { clock: systemClock },
  ) {
    this.name = options.name;
    this.help = options.help;
    this.labelNames = [...options.labelNames, 'quantile'];
    this.#scale = options;
    this.#clock = deps.clock;
    // The registry asks for no more than this class has, whatever its types say.
    registry.registerMetric(this as unknown as Metric<string>);
  }

  /** Where values with these labels go. To be kept: each call makes another. */
  series(labels: Readonly<Record<Label, string>>): HdrSeries {
    const values = new HdrSeries(this.#scale, this.#clock);
    this.#series.push({ labels, values });
    return values;
  }

  /** Prometheus asks. */
  async get() {
    const { name, help } = this;
    const values = this.#series.flatMap(({ labels, values: series }) => [
      ...series.quantiles().map(({ quantile, value }) => ({
        labels: { ...labels, quantile },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: series.sum },
      { metricName: `${name}_count`, labels, value: series.count },
    ]);
    return { name, help, type: 'summary', aggregator: 'omit', values };
  }
}

/** Values with the same labels. */
export class HdrSeries {
  readonly #scale: HdrScale;
  readonly #clock: Clock;
  #current: Histogram;
  #last: Histogram;
  #windowBeganAtMs: number;
  /** How many there have ever been. */
  count = 0;
  /** Of all there have ever been. */
  sum = 0;

  constructor(scale: HdrScale, clock: Clock) {
    this.#scale = scale;
    this.#clock = clock;
    this.#current = histogramOf(scale);
    this.#last = histogramOf(scale);
    this.#windowBeganAtMs = clock.monotonicMs();
  }

  /** @param value - negative ones count as 0, too large ones as the most */
  observe(value: number): void {
    this.#turn();
    const { resolution, most } = this.#scale;
    const bounded = Math.min(Math.max(value, 0), most);
    this.#current.recordValue(Math.round(bounded / resolution));
    this.count += 1;
    this.sum += bounded;
  }

  /** Of the last 30 to 60 s; NaN, as Prometheus has it, when there was nothing. */
  quantiles(): { readonly quantile: number; readonly value: number }[] {
    this.#turn();
    const both = histogramOf(this.#scale);
    both.add(this.#last);
    both.add(this.#current);
    return QUANTILES.map((quantile) => ({
      quantile,
      value:
        both.totalCount === 0
          ? Number.NaN
          : both.getValueAtPercentile(quantile * 100) * this.#scale.resolution,
    }));
  }

  /** Begins a new window when the old one has run long enough, or both when nobody came for as long. */
  #turn(): void {
    const elapsedMs = this.#clock.monotonicMs() - this.#windowBeganAtMs;
    if (elapsedMs < WINDOW_MS) return;
    [this.#current, this.#last] = [this.#last, this.#current];
    this.#current.reset();
    if (elapsedMs >= 2 * WINDOW_MS) this.#last.reset();
    this.#windowBeganAtMs += Math.floor(elapsedMs / WINDOW_MS) * WINDOW_MS;
  }
}

function histogramOf({ resolution, most }: HdrScale): Histogram {
  return build({
    bitBucketSize: 32,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    highestTrackableValue: Math.max(2, Math.ceil(most / resolution)),
  });
}
