import { STEP_RATE_HZ } from '../../shared/rules.ts';

const PATCH_INTERVAL_MS = 1_000 / STEP_RATE_HZ;
const MOST_MS = 250;

/**
 * How far in the past others are drawn: two patches, so that one may be late, and three times the jitter, which covers
 * nearly all of what arrives off its beat.
 */
export function interpolationDelayMs(jitterMs: number): number {
  return Math.min(MOST_MS, PATCH_INTERVAL_MS * 2 + 3 * jitterMs);
}
