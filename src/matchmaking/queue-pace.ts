// How fast a queue is: what a player may expect who enters it now.

/** Waits that the median is of. */
const WAITS_KEPT = 100;
const MINUTE_MS = 60_000;
/** Below so many players a queue is never too long: it is about to be matched, or nobody knows its pace. */
const SHORT_QUEUE_PLAYERS = 200;

export class QueuePace {
  readonly #waitsMs: number[] = [];
  readonly #matched: { readonly atMs: number; readonly players: number }[] = [];

  /** @param waitsMs - of each ticket of the match */
  matched(atMs: number, players: number, waitsMs: readonly number[]): void {
    this.#matched.push({ atMs, players });
    this.#waitsMs.push(...waitsMs);
    this.#waitsMs.splice(0, this.#waitsMs.length - WAITS_KEPT);
  }

  /** Null while nobody was matched. */
  get medianWaitMs(): number | null {
    const sorted = this.#waitsMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  /** Players matched in the minute before. */
  matchedPerMinute(nowMs: number): number {
    const first = this.#matched.findIndex(({ atMs }) => atMs > nowMs - MINUTE_MS);
    this.#matched.splice(0, first === -1 ? this.#matched.length : first);
    return this.#matched.reduce((sum, { players }) => sum + players, 0);
  }
}

/**
 * When a queue is too long to be matched before its tickets end: how long somebody should wait before he asks again.
 *
 * @param waiting - tickets in the queue
 * @returns null when he may enter
 */
export function refuseForLength(
  queue: {
    readonly waiting: number;
    readonly matchedPerMinute: number;
  },
  timeoutMs: number,
): { readonly retryAfterMs: number } | null {
  const { waiting, matchedPerMinute } = queue;
  if (waiting < SHORT_QUEUE_PLAYERS || matchedPerMinute === 0) return null;
  const expectedMs = (waiting / matchedPerMinute) * MINUTE_MS;
  return expectedMs <= timeoutMs ? null : { retryAfterMs: Math.ceil(expectedMs - timeoutMs) };
}
