import { Counter, Histogram, type Registry } from 'prom-client';

/** From at once to a hard timeout. */
const WAIT_BUCKETS_SECONDS = [0.5, 1, 2, 4, 8, 12, 16, 24, 40, 60, 120, 300];

/** What a node counts of the queues it matches; labels are bounded (queues, kinds). */
export class MatchmakingMetrics {
  readonly #matches: Counter;
  readonly #waits: Histogram;
  readonly #refusedAtDoor: Counter;

  constructor(registry: Registry) {
    this.#matches = new Counter({
      name: 'meridian_matchmaking_matches_total',
      help: 'Matches made in this region: new rooms, or players for running ones.',
      labelNames: ['queue', 'kind'],
      registers: [registry],
    });
    this.#waits = new Histogram({
      name: 'meridian_matchmaking_wait_seconds',
      help: 'How long tickets had waited when they were matched.',
      labelNames: ['queue'],
      buckets: WAIT_BUCKETS_SECONDS,
      registers: [registry],
    });
    this.#refusedAtDoor = new Counter({
      name: 'meridian_matchmaking_refused_at_door_total',
      help: 'Players refused unseen while more came to the queue than got rooms.',
      labelNames: ['queue'],
      registers: [registry],
    });
  }

  /** The game has this queue. What has not happened yet is 0, not unknown. */
  queueDefined(queue: string): void {
    for (const kind of ['new', 'backfill']) this.#matches.inc({ queue, kind }, 0);
    this.#waits.zero({ queue });
    this.#refusedAtDoor.inc({ queue }, 0);
  }

  /** A player was refused before he was looked at: the queue is full. */
  refusedAtDoor(queue: string): void {
    this.#refusedAtDoor.inc({ queue });
  }

  matched(queue: string, kind: 'new' | 'backfill', waitsMs: readonly number[]): void {
    this.#matches.inc({ queue, kind });
    for (const waitMs of waitsMs) this.#waits.observe({ queue }, waitMs / 1_000);
  }
}
