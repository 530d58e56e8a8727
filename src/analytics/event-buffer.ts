import type { EventDefinition, EventSubject } from './contract.ts';
import type { EventValue } from './define-events.ts';
import { EVENT_CLASSES, type EventClass } from './event-class.ts';

/** An event as it was recorded: checked, sealed and sent later. */
export interface PendingEvent {
  /** Counts up by one with each event of this process. */
  readonly sequence: number;
  /** Wall clock, ms. */
  readonly atMs: number;
  readonly event: EventDefinition;
  readonly fields: Readonly<Record<string, EventValue>>;
  readonly about: EventSubject;
}

/**
 * What was recorded and not yet published, at most `capacity` events. Full, it makes room by the oldest event of the lowest class; what
 * comes is itself refused when only higher classes are there.
 */
export class EventBuffer {
  readonly #capacity: number;
  readonly #onDropped: (eventClass: EventClass) => void;
  readonly #queues = EVENT_CLASSES.map(() => new Fifo<PendingEvent>());
  #size = 0;

  constructor(options: {
    readonly capacity: number;
    readonly onDropped: (eventClass: EventClass) => void;
  }) {
    this.#capacity = options.capacity;
    this.#onDropped = options.onDropped;
  }

  get size(): number {
    return this.#size;
  }

  push(event: PendingEvent): void {
    const rank = EVENT_CLASSES.indexOf(event.event.eventClass);
    if (this.#size >= this.#capacity && !this.#makeRoomFor(rank)) {
      this.#onDropped(event.event.eventClass);
      return;
    }
    this.#queues[rank]?.push(event);
    this.#size += 1;
  }

  /** Takes the oldest events of all classes out, in the order in which they were recorded. */
  take(most: number): readonly PendingEvent[] {
    const taken: PendingEvent[] = [];
    while (taken.length < most) {
      let oldest: Fifo<PendingEvent> | undefined;
      for (const queue of this.#queues) {
        if (
          sequenceAt(queue) < (oldest === undefined ? Number.POSITIVE_INFINITY : sequenceAt(oldest))
        )
          oldest = queue;
      }
      const event = oldest?.shift();
      if (event === undefined) break;
      taken.push(event);
    }
    this.#size -= taken.length;
    return taken;
  }

  /** @returns false when nothing is worth less than, or as much as, `rank` */
  #makeRoomFor(rank: number): boolean {
    for (let lowest = 0; lowest <= rank; lowest += 1) {
      if (this.#queues[lowest]?.shift() === undefined) continue;
      this.#size -= 1;
      this.#onDropped(EVENT_CLASSES[lowest] as EventClass);
      return true;
    }
    return false;
  }
}

function sequenceAt(queue: Fifo<PendingEvent>): number {
  return queue.first?.sequence ?? Number.POSITIVE_INFINITY;
}

/** First in, first out, without moving the rest at each step, as `Array.shift` does. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    // Half of it is empty: what is left moves once for as many steps.
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
