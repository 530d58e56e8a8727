/** How reconnection tries are spread. */
export interface BackoffOptions {
  /** Upper bound of the first wait, in ms. */
  readonly baseDelayMs: number;
  /** Upper bound of every wait, in ms. */
  readonly maxDelayMs: number;
}

/**
 * Wait before try `attempt`: evenly random between 0 and an exponentially growing bound ("full jitter", AWS
 * Architecture Blog 2015, "Exponential Backoff And Jitter"), so that the thousand clients of a node that died do not come
 * back in waves.
 *
 * @param attempt - 1 for the first try
 * @param random - 0 <= random < 1
 */
export function fullJitterDelayMs(
  attempt: number,
  options: BackoffOptions,
  random: number,
): number {
  const bound = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** (attempt - 1));
  return Math.floor(random * bound);
}
