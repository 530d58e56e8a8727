import { GameError } from '../../errors/game-error.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { QueueDoor } from './queue-door.ts';
import { FULL_RETRY_MS } from './ticket-desk.ts';

/** One for all, as the next: its stack would cost as much as the rest of a refusal. */
const REFUSED_AT_DOOR = new GameError('QUEUE_FULL', {}, { retryAfterMs: FULL_RETRY_MS });

/** Whoever sheds tickets does so for minutes. */
const SHED = new GameError(
  'QUEUE_FULL',
  { reason: 'shedding' },
  { message: 'No new tickets are taken at the moment; try again later.', retryAfterMs: 15_000 },
);

export interface QueueDoorsDeps {
  readonly queues: Iterable<string>;
  /** Whether the region takes no new tickets: an operator, or the incident bot, has said so. */
  readonly sheds: () => boolean;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  /** Share of the last half second in which this process was busy. */
  readonly busyRatio: () => number;
  /** Counts who is refused unseen. */
  readonly refusedAtDoor: (queue: string) => void;
}

/** The doors of all queues, on every node that has players, wherever the queues are. */
export class QueueDoors {
  readonly #deps: QueueDoorsDeps;
  readonly #doors: ReadonlyMap<string, QueueDoor>;

  constructor(deps: QueueDoorsDeps) {
    this.#deps = deps;
    this.#doors = new Map([...deps.queues].map((it) => [it, new QueueDoor(deps)]));
  }

  /**
   * Before anything is known of who asks.
   *
   * @returns why not; or he may come in and be looked at, and what is returned is called when he has his answer
   */
  letIn(queue: string): GameError | (() => void) {
    const door = this.#doors.get(queue);
    if (door === undefined) return () => {};
    const refusal = this.#deps.sheds() ? SHED : door.letsIn() ? null : REFUSED_AT_DOOR;
    if (refusal !== null) {
      this.#deps.refusedAtDoor(queue);
      return refusal;
    }
    return () => door.left();
  }

  /** Lets somebody enter; when he is refused as one of a crowd, the others are at the door. @throws what `enter` does */
  async watch<Ticket>(queue: string, enter: () => Promise<Ticket>): Promise<Ticket> {
    try {
      return await enter();
    } catch (error) {
      this.#heard(queue, error);
      throw error;
    }
  }

  #heard(queue: string, error: unknown): void {
    if (!(error instanceof GameError) || error.code !== 'QUEUE_FULL') return;
    const { ticketsPerSecond, ...details } = error.details;
    if (typeof ticketsPerSecond !== 'number') return;
    if (this.#doors.get(queue)?.foundFull(ticketsPerSecond) !== true) return;
    const news = { event: 'queue-full', queue, ticketsPerSecond, ...details };
    this.#deps.log.warn(news, 'more players come than get rooms');
  }
}
