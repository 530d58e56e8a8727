/** How much memory a process held at a moment of the machine's clock. */
export interface MemorySample {
  readonly atMs: number;
  readonly rssBytes: number;
}

/** How the memory of one process grew. */
export interface MemoryGrowth {
  readonly name: string;
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** Slope of a straight line through all samples (least squares); negative: it gave memory back. */
  readonly bytesPerMinute: number;
}

/** A process that has just started fills its caches and its heap: that is no leak. */
const SETTLES_MS = 60_000;
/** A line through fewer says nothing. */
const FEWEST_SAMPLES = 6;
const MINUTE_MS = 60_000;

/** @returns null for a process that lived too short to tell */
export function memoryGrowthOf(
  name: string,
  samples: readonly MemorySample[],
): MemoryGrowth | null {
  const fromMs = (samples[0]?.atMs ?? 0) + SETTLES_MS;
  const settled = samples.filter(({ atMs }) => atMs >= fromMs);
  const [first] = settled;
  const last = settled.at(-1);
  if (first === undefined || last === undefined || settled.length < FEWEST_SAMPLES) return null;
  const meanMs = settled.reduce((sum, { atMs }) => sum + atMs, 0) / settled.length;
  const meanBytes = settled.reduce((sum, { rssBytes }) => sum + rssBytes, 0) / settled.length;
  let [covariance, variance] = [0, 0];
  for (const { atMs, rssBytes } of settled) {
    covariance += (atMs - meanMs) * (rssBytes - meanBytes);
    variance += (atMs - meanMs) ** 2;
  }
  return {
    name,
    firstBytes: first.rssBytes,
    lastBytes: last.rssBytes,
    bytesPerMinute: (covariance / variance) * MINUTE_MS,
  };
}
