const MOST_MS = 250;

/**
 * How far in the past others are drawn: two patches, so that one may be late, and three times the jitter, which covers
 * nearly all of what arrives off its beat.
 */
export function interpolationDelayMs(jitterMs: number, stepRateHz: number): number {
  return Math.min(MOST_MS, (1_000 / stepRateHz) * 2 + 3 * jitterMs);
}
