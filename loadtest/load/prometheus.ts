// Just enough of the Prometheus text format (v0.0.4) to watch a server from outside.

/** One reading of `/metrics`: sample → value; a sample is its name with labels, as written. */
export type Samples = ReadonlyMap<string, number>;

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/;

export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = SAMPLE.exec(line);
    if (match === null) continue;
    samples.set(`${match[1]}${match[2] ?? ''}`, Number(match[3]));
  }
  return samples;
}

/** Sum of a metric over all its labels; null when there is none. */
export function sumOf(samples: Samples, name: string): number | null {
  let sum: number | null = null;
  for (const [sample, value] of samples) {
    if (sample === name || sample.startsWith(`${name}{`)) sum = (sum ?? 0) + value;
  }
  return sum;
}

/**
 * A quantile of what a histogram recorded between two readings, all labels together, by straight lines inside its
 * buckets (as `histogram_quantile` of PromQL). Null when nothing was recorded.
 *
 * @param quantile - 0 to 1
 */
export function histogramQuantile(
  before: Samples,
  after: Samples,
  name: string,
  quantile: number,
): number | null {
  const buckets = new Map<number, number>();
  for (const [sample, value] of after) {
    if (!sample.startsWith(`${name}_bucket{`)) continue;
    const limit = Number(/le="([^"]+)"/.exec(sample)?.[1]?.replace('+Inf', 'Infinity'));
    const grown = value - (before.get(sample) ?? 0);
    buckets.set(limit, (buckets.get(limit) ?? 0) + grown);
  }
  const limits = [...buckets.keys()].sort((a, b) => a - b);
  const total = buckets.get(Number.POSITIVE_INFINITY) ?? 0;
  if (total <= 0) return null;

  const rank = quantile * total;
  let lowerLimit = 0;
  let below = 0;
  for (const limit of limits) {
    const upTo = buckets.get(limit) ?? 0;
    if (upTo >= rank) {
      // Nobody knows how far the last bucket reaches: its lower end is all that can be said.
      if (limit === Number.POSITIVE_INFINITY) return lowerLimit;
      return lowerLimit + ((limit - lowerLimit) * (rank - below)) / (upTo - below);
    }
    lowerLimit = limit;
    below = upTo;
  }
  return lowerLimit;
}
