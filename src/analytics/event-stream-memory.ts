import type { Appended, EventStream, StreamEntry, Taken } from './event-stream.ts';

/** The events of one process, which is the whole region: they end with it. */
export class MemoryEventStream implements EventStream {
  readonly #mostEvents: number;
  /** In order, by entry id. */
  readonly #entries = new Map<string, StreamEntry>();
  readonly #taken = new Set<string>();
  #appended = 0;

  constructor(options: { readonly mostEvents: number }) {
    this.#mostEvents = options.mostEvents;
  }

  async append(lines: readonly string[]): Promise<Appended> {
    const backlog = this.#entries.size;
    if (backlog + lines.length > this.#mostEvents) return { kind: 'full', backlog };
    for (const line of lines) {
      this.#appended += 1;
      const entryId = String(this.#appended);
      this.#entries.set(entryId, { entryId, line });
    }
    return { kind: 'appended', backlog: this.#entries.size };
  }

  async take(most: number): Promise<Taken> {
    const entries: StreamEntry[] = [];
    for (const entry of this.#entries.values()) {
      if (entries.length === most) break;
      if (this.#taken.has(entry.entryId)) continue;
      this.#taken.add(entry.entryId);
      entries.push(entry);
    }
    return { entries, redelivered: 0 };
  }

  async hold(): Promise<void> {}

  async acknowledge(entryIds: readonly string[]): Promise<number> {
    for (const entryId of entryIds) {
      this.#entries.delete(entryId);
      this.#taken.delete(entryId);
    }
    return this.#entries.size;
  }
}
