// How fast a queue is: what a player may expect who enters it now.

/** Waits that the median is of. */
const WAITS_KEPT = 100;
const MINUTE_MS = 60_000;
/** How fast matches become rooms is that of so long: half of what a queue may grow by in between. */
const RECENT_MS = 2_000;
/** Below so many players a queue is never too long: it is about to be matched, or nobody knows its pace. */
const SHORT_QUEUE_PLAYERS = 200;
/** How long a match may wait for its room: more would be asked for in vain, for its players would wait for nothing but the others. */
const MOST_BEING_MADE_MS = 2_000;

export class QueuePace {
  readonly #waitsMs: number[] = [];
  readonly #matched: {
    readonly atMs: number;
    readonly players: number;
    readonly tickets: number;
  }[] = [];

  /** @param waitsMs - of each ticket of the match */
  matched(atMs: number, players: number, waitsMs: readonly number[]): void {
    this.#matched.push({ atMs, players, tickets: waitsMs.length });
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

  /** Tickets matched per second, of late. */
  ticketsPerSecond(nowMs: number): number {
    const first = this.#matched.findLastIndex(({ atMs }) => atMs <= nowMs - RECENT_MS) + 1;
    const tickets = this.#matched.slice(first).reduce((sum, it) => sum + it.tickets, 0);
    return (tickets / RECENT_MS) * 1_000;
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

/**
 * The length from which a queue takes nobody more, for matches are found faster than their rooms can be made: those who wait for partners,
 * however long that takes, and as many more as get their rooms in two seconds. Tickets.
 *
 *   waiting   [ for partners ………… | being made …… ]
 *   limit     [ for partners ………… | 2 s of rooms, or 200 ]
 */
export function longestQueue({
  waiting,
  beingMade,
  ticketsPerSecond,
}: {
  readonly waiting: number;
  readonly beingMade: number;
  readonly ticketsPerSecond: number;
}): number {
  const roomsInTime = Math.ceil((ticketsPerSecond * MOST_BEING_MADE_MS) / 1_000);
  return Math.max(0, waiting - beingMade) + Math.max(SHORT_QUEUE_PLAYERS, roomsInTime);
}
