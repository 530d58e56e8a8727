import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

const US_PER_MS = 1_000;

/** Quantiles of a latency, ms; zeros when nothing was recorded. */
export interface LatencyQuantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** One step of a latency distribution. */
export interface DistributionStep {
  readonly percent: number;
  readonly ms: number;
}

/** Durations, recorded with three significant digits from 1 µs up (HDR histogram). Merges without loss. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({ numberOfSignificantValueDigits: 3 });

  record(durationMs: number): void {
    this.#histogram.recordValue(Math.max(0, Math.round(durationMs * US_PER_MS)));
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  /** Adds what another process encoded. */
  addEncoded(base64: string): void {
    this.#histogram.add(decodeFromCompressedBase64(base64));
  }

  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  reset(): void {
    this.#histogram.reset();
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  quantiles(): LatencyQuantiles {
    return {
      count: this.count,
      p50: this.#ms(50),
      p95: this.#ms(95),
      p99: this.#ms(99),
      max: this.count === 0 ? 0 : toMs(this.#histogram.maxValue),
    };
  }

  /** The distribution at percentiles that come ever closer to 100. */
  distribution(): DistributionStep[] {
    if (this.count === 0) return [];
    const percents = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.99];
    return percents.map((percent) => ({ percent, ms: this.#ms(percent) }));
  }

  #ms(percent: number): number {
    return this.count === 0 ? 0 : toMs(this.#histogram.getValueAtPercentile(percent));
  }
}

function toMs(us: number): number {
  return Math.round(us / 10) / 100;
}
