const FIRST_RETRY_MS = 250;

/**
 * Pause before the next try, ms: doubles from a quarter of a second; half of it is chance, so that not all nodes come at once.
 *
 * @param tries - that have failed, from 1
 * @param random - between 0 and 1
 */
export function retryDelayMs(tries: number, longestMs: number, random: number): number {
  const delayMs = Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(tries - 1, 16));
  return delayMs / 2 + (random * delayMs) / 2;
}
